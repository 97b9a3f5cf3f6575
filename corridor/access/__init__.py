"""Walking access: one measure, one function; attach tables in, tables out.

Every measure searches on whole decimetres, up to an inclusive cutoff, from one attach table to another
(`corridor.network.attach`). Rows that share an index label are one origin with several doors: the shortest walk
from any of them counts.
"""

from corridor.access.reach import nearest

__all__ = ["nearest"]
