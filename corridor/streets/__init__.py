"""Streets as planners see them: segments between junctions, a corridor with its chainage, sides, and what is known."""

from corridor.streets.facts import Facts, facts
from corridor.streets.segments import Segments, build_segments, corridor_length_m
from corridor.streets.sides import Look, Seen, Sight, look

__all__ = ["Facts", "Look", "Seen", "Segments", "Sight", "build_segments", "corridor_length_m", "facts", "look"]
