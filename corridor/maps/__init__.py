"""Interactive maps: one file each, no network, nothing of the data executed.

`write_map` writes the page (its ground may be laid before: `lay_ground`), `show` puts the same page in a notebook cell,
`street_map` opens it with the street study.
"""

from corridor.maps.ground import Ground, lay_ground
from corridor.maps.page import Page, show, street_map, write_map

__all__ = ["Ground", "Page", "lay_ground", "show", "street_map", "write_map"]
