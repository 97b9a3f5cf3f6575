"""The study area: boundary, corridor, tables and their provenance, in one metric CRS, unchangeable."""

from corridor.study._area import StudyArea, margin_m
from corridor.study._corridor import with_corridor
from corridor.study._near import near_names
from corridor.study._new import new_study
from corridor.study._open import open_study
from corridor.study._rows import same_rows

__all__ = ["StudyArea", "margin_m", "near_names", "new_study", "open_study", "same_rows", "with_corridor"]
