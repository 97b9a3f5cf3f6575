"""Interactive maps: one file each, no network, nothing of the data executed.

`write_map` writes the page, `show` puts the same page in a notebook cell, `street_map` opens it with the street study.
"""

from corridor.maps.page import Page, show, street_map, write_map

__all__ = ["Page", "show", "street_map", "write_map"]
