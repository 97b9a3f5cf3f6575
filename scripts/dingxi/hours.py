"""When shops, places to eat and culture are open: hours by kind of place, invented, and left out for about a quarter."""

from __future__ import annotations

from dingxi.shapes import dice
from dingxi.streets import SCHEMATIC
from dingxi.town import Place, Tags, Town

UNKNOWN = 0.25
SHOPS = ("10:00-21:00", "10:00-20:00", "09:30-19:30", "10:00-22:00")
HOURS: dict[str, tuple[str, ...]] = {
    "restaurant": ("10:30-14:00,16:30-20:30", "11:00-14:00,17:00-21:30", "10:30-21:00", "11:00-23:00"),
    "fast_food": ("06:00-14:00", "06:00-19:30", "09:00-21:00", "10:00-22:30"),
    "cafe": ("08:00-19:00", "08:00-20:00", "Mo-Fr 07:30-18:30; Sa,Su 09:00-20:00", "10:00-22:00"),
    "bar": ("18:00-02:00", "17:00-24:00"),
    "convenience": ("24/7", "24/7", "06:00-23:00", "07:00-22:30"),
    "supermarket": ("07:30-21:00", "07:30-22:00"),
    "pharmacy": ("08:30-20:30", "08:00-21:30", "24/7"),
    "bank": ("Mo-Fr 09:00-17:00", "Mo-Sa 09:00-16:30"),
    "post_office": ("Mo-Sa 09:00-17:30",),
    "mall": ("10:00-22:00",),
    "marketplace": ("06:00-18:30",),
    "greengrocer": ("06:30-19:30", "07:00-21:30"),
    "bakery": ("07:00-20:00", "07:30-21:30"),
    "hairdresser": ("10:00-21:00", "09:30-22:00"),
    "laundry": ("08:30-19:30",),
    "hardware": ("08:30-18:00",),
    "library": ("Tu-Su 09:00-20:30",),
    "community_centre": ("08:30-20:30", "Mo-Sa 09:00-17:00"),
    "museum": ("Tu-Su 09:30-17:00",),
}


def keep_hours(town: Town) -> None:
    """Give the generated places their hours; real ones keep what is known of them."""
    for one in [*town.places, *town.buildings]:
        known = _known(one.tags)
        rng = dice("hours", *(one.at if isinstance(one, Place) else one.shape.bounds))
        if known and rng.random() > UNKNOWN:
            one.tags = one.tags | {"opening_hours": rng.choice(known)}


def _known(tags: Tags) -> tuple[str, ...]:
    """Return the hours a place may have, none for kinds whose hours nobody mapped."""
    if tags.get("source") != SCHEMATIC["source"] or tags.get("shop") == "vacant":
        return ()
    kind = tags.get("shop") or tags.get("amenity") or tags.get("tourism", "")
    return HOURS.get(kind, SHOPS if "shop" in tags else ())
