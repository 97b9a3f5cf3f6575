"""An innovation chain without anything in it, for evaluations that are made up for what draws."""

from corridor.evaluation._innovation import empty as no_innovation

__all__ = ["no_innovation"]
