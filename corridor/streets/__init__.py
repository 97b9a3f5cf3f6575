"""Streets as planners see them: segments between junctions, and a corridor in order with its chainage."""

from corridor.streets.segments import Segments, build_segments

__all__ = ["Segments", "build_segments"]
