"""Interactive maps: one file each, no network, nothing of the data executed.

`write_map` writes the page, `show` puts the same page in a notebook cell.
"""

from corridor.maps.page import Page, show, write_map

__all__ = ["Page", "show", "write_map"]
