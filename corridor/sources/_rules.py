"""What OSM tags mean for someone on foot, and for the tables. Rules are data; the functions only look them up.

Sources of the rules: the OSM wiki pages "Key:highway", "Key:access", "Key:foot", "Key:barrier", "Key:building",
and "OSM tags for routing/Access restrictions" (default: what is not forbidden is allowed).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

Tags = Mapping[str, str]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ---------------------------------------------------------------------------------------------------- walking

# Not there, not finished, or never for walkers: not even `foot=yes` opens them.
NEVER = _words(
    "construction proposed planned raceway bus_guideway razed abandoned demolished disused removed no "
    "rest_area services escape emergency_bay traffic_island toll_gantry"
)
# For walkers only where a tag says so.
BY_CONSENT = _words("motorway motorway_link trunk trunk_link busway cycleway")
CARRIAGEWAYS = _words("motorway motorway_link trunk trunk_link busway")

# Of the many classes without a rule of their own, those a planner's layer may name.
WALKABLE = _words(
    "primary primary_link secondary secondary_link tertiary tertiary_link unclassified residential living_street "
    "pedestrian footway path steps track service road corridor elevator"
)

FOOT_ALLOWS = _words("yes designated permissive public official customers destination discouraged")
FOOT_PRIVATE = _words("private residents permit delivery agricultural forestry employees students")
FOOT_FORBIDS = _words("no use_sidepath military")
ACCESS_PRIVATE = _words("private residents permit delivery agricultural forestry employees students members")
ACCESS_FORBIDS = _words("no military emergency")
SIDEWALK_KEYS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
SIDEWALK_THERE = _words("yes both left right")

NO = frozenset(("", "no", "none", "0", "false"))


def value(tags: Tags, key: str) -> str:
    """Return the first value of `key` in lower case ("yes;designated" gives "yes"), "" where it is absent."""
    text = tags.get(key)
    return text.split(";")[0].strip().lower() if text else ""


def walk(tags: Tags) -> tuple[str, str | None]:
    """Return who may walk along a highway and, if nobody, why.

    Returns
    -------
    walk : {"public", "private", "none"}
    why_not : str or None
        The tag that decides, such as ``"highway=motorway"``; None unless `walk` is "none".
    """
    highway, foot, access = value(tags, "highway"), value(tags, "foot"), value(tags, "access")
    if highway in NEVER:
        return "none", f"highway={highway}"
    if foot in FOOT_FORBIDS:
        return "none", f"foot={foot}"
    if foot in FOOT_PRIVATE:
        return "private", None
    if foot in FOOT_ALLOWS:
        return "public", None
    if access in ACCESS_FORBIDS:
        return "none", f"access={access}"
    why = _not_without_consent(highway, tags)
    if why:
        return "none", why
    return ("private" if access in ACCESS_PRIVATE else "public"), None


def _not_without_consent(highway: str, tags: Tags) -> str | None:
    by_consent = highway in BY_CONSENT
    if not by_consent and value(tags, "motorroad") != "yes":
        return None
    if highway == "cycleway" and value(tags, "segregated") in {"yes", "no"}:
        return None
    on_carriageway = not by_consent or highway in CARRIAGEWAYS
    if on_carriageway and any(value(tags, key) in SIDEWALK_THERE for key in SIDEWALK_KEYS):
        return None
    return f"highway={highway}" if by_consent else "motorroad=yes"


def crossing(tags: Tags) -> str | None:
    """Return "signals" or "crossing" where walkers may have to wait for vehicles, None elsewhere.

    A node is one by `highway=traffic_signals` or `highway=crossing`, a way by `footway=crossing` (`path`, `cycleway`
    likewise); `crossing=no` is none.
    """
    highway, kind = value(tags, "highway"), value(tags, "crossing")
    is_one = highway in ("traffic_signals", "crossing") or "crossing" in (
        value(tags, key) for key in ("footway", "path", "cycleway")
    )
    if not is_one or kind == "no":
        return None
    signals = highway == "traffic_signals" or kind == "traffic_signals" or value(tags, "crossing:signals") == "yes"
    return "signals" if signals else "crossing"


def ramp(tags: Tags) -> bool:
    """Return whether steps have a way up on wheels."""
    return value(tags, "wheelchair") in ("yes", "designated") or value(tags, "ramp:wheelchair") == "yes"


def oneway_foot(tags: Tags) -> int:
    """Return 1 where walkers may only go along the line, -1 only against it, else 0.

    `oneway=yes` is meant for vehicles and ignored.
    """
    own = value(tags, "oneway:foot")
    if own in {"yes", "1", "true"}:
        return 1
    if own in {"-1", "reverse"}:
        return -1
    if own:
        return 0
    back, forth = value(tags, "foot:backward") in FOOT_FORBIDS, value(tags, "foot:forward") in FOOT_FORBIDS
    if back != forth:
        return 1 if back else -1
    return {"forward": 1, "backward": -1}.get(value(tags, "conveying"), 0)


def level(tags: Tags) -> int:
    """Return the layer of a way: the tag `layer`, else 1 on a bridge and -1 in a tunnel, else 0; within ±10."""
    try:
        number = int(float(value(tags, "layer")))
    except (ValueError, OverflowError):
        number = int(is_bridge(tags)) - int(is_tunnel(tags))
    return max(-10, min(10, number))


def is_bridge(tags: Tags) -> bool:
    """Return whether a way runs on a bridge."""
    return value(tags, "bridge") not in NO


def is_tunnel(tags: Tags) -> bool:
    """Return whether a way runs in a tunnel; a passage through a building is at ground level and no tunnel."""
    return value(tags, "tunnel") not in NO | {"building_passage"}


# ----------------------------------------------------------------------------------------------------- gates

GATES = _words(
    "gate sliding_gate wicket_gate hampshire_gate swing_gate lift_gate sally_port full-height_turnstile turnstile "
    "security_control entrance door"
)
# A bar across the carriageway: walkers pass beside it unless a tag says otherwise.
ONLY_IF_TAGGED = _words("lift_gate swing_gate turnstile security_control entrance")
GATE_RESIDENTS = ACCESS_PRIVATE
GATE_SHUT = _words("no military emergency")


def passage(tags: Tags) -> str | None:
    """Return how a barrier node lets walkers through.

    Returns
    -------
    {"open", "residents", "shut"} or None
        None for what does not stop walkers (bollards, kerbs, stiles, untagged lift gates).
    """
    kind = value(tags, "barrier")
    if kind not in GATES:
        return None
    deciding = value(tags, "foot") or value(tags, "access")
    locked = value(tags, "locked") == "yes"
    if kind in ONLY_IF_TAGGED and not deciding and not locked:
        return None
    if deciding in GATE_RESIDENTS:
        return "residents"
    if deciding in GATE_SHUT or (locked and not deciding):
        return "shut"
    return "open"


# ------------------------------------------------------------------------------------------------- buildings

NO_BUILDING = frozenset(("no", "demolished", "razed", "removed", "proposed", "planned"))

_USES = {
    "residential": "residential apartments house detached semidetached_house terrace bungalow dormitory villa "
    "static_caravan houseboat cabin farm allotment_house",
    "office": "office offices government",
    "commercial": "commercial retail supermarket kiosk shop mall marketplace restaurant bank",
    "education": "school kindergarten university college education",
    "health": "hospital clinic healthcare",
    "industrial": "industrial warehouse factory manufacture workshop storage_tank works data_center",
    "hotel": "hotel hostel guest_house",
    "civic": "civic public museum library sports_hall sports_centre stadium train_station transportation "
    "fire_station police community_centre grandstand theatre toilets",
    "religious": "church temple mosque chapel cathedral shrine synagogue monastery religious",
    "other": "garage garages carport parking shed hut roof service construction ruins greenhouse barn stable "
    "farm_auxiliary bunker container ship bridge tent transformer_tower water_tower tower gatehouse canopy",
}
BUILDING_USE = {tag: use for use, listed in _USES.items() for tag in listed.split()}

# For `building=yes`: the first tag that tells. "*" stands for any value.
FUNCTION_USE: tuple[tuple[str, dict[str, str]], ...] = (
    ("building:use", dict(BUILDING_USE)),
    (
        "amenity",
        {
            **dict.fromkeys(_words("school kindergarten university college childcare language_school"), "education"),
            **dict.fromkeys(_words("hospital clinic doctors dentist pharmacy nursing_home"), "health"),
            **dict.fromkeys(_words("place_of_worship monastery"), "religious"),
            **dict.fromkeys(
                _words(
                    "townhall library community_centre police fire_station theatre cinema arts_centre courthouse "
                    "social_facility social_centre public_building post_office exhibition_centre"
                ),
                "civic",
            ),
            **dict.fromkeys(_words("restaurant cafe fast_food bar pub bank marketplace fuel food_court"), "commercial"),
            "parking": "other",
        },
    ),
    ("healthcare", {"*": "health"}),
    ("shop", {"*": "commercial"}),
    ("office", {"*": "office"}),
    (
        "tourism",
        {
            **dict.fromkeys(_words("hotel hostel guest_house motel apartment"), "hotel"),
            **dict.fromkeys(_words("museum gallery attraction"), "civic"),
        },
    ),
    ("leisure", dict.fromkeys(_words("sports_centre sports_hall fitness_centre stadium"), "civic")),
    ("craft", {"*": "industrial"}),
    ("man_made", {"works": "industrial", "wastewater_plant": "industrial"}),
    ("railway", {"station": "civic"}),
)

# Words of planners' own layers, besides our own.
LAYER_USE = {
    "住宅": "residential",
    "居住": "residential",
    "公寓": "residential",
    "宿舍": "residential",
    "里弄": "residential",
    "办公": "office",
    "写字楼": "office",
    "商务": "office",
    "科研": "office",
    "商业": "commercial",
    "商铺": "commercial",
    "零售": "commercial",
    "教育": "education",
    "学校": "education",
    "医疗": "health",
    "医院": "health",
    "卫生": "health",
    "工业": "industrial",
    "仓储": "industrial",
    "厂房": "industrial",
    "酒店": "hotel",
    "宾馆": "hotel",
    "公共": "civic",
    "文化": "civic",
    "体育": "civic",
    "行政": "civic",
    "宗教": "religious",
    "其他": "other",
}
LAYER_HIGHWAY = {
    "快速": "trunk",
    "高速": "motorway",
    "主干": "primary",
    "次干": "secondary",
    "支路": "residential",
    "街坊": "living_street",
    "步行": "pedestrian",
    "人行": "footway",
    "台阶": "steps",
    "绿道": "path",
}
LAYER_ACCESS = {"公共": "yes", "开放": "yes", "内部": "private", "私": "private", "小区": "private", "禁止": "no"}
LAYER_OPEN_SPACE = {
    "公园": "park",
    "绿地": "park",
    "花园": "garden",
    "广场": "square",
    "游乐": "playground",
    "儿童": "playground",
    "林": "nature",
    "球场": "pitch",
    "草": "grass",
}
USES = frozenset(_USES) | {"unknown"}


def building_use(tags: Tags) -> str:
    """Return the use of a building by its own tag, else by what is in it, else "unknown"."""
    use = BUILDING_USE.get(value(tags, "building"))
    if use:
        return use
    for key, uses in FUNCTION_USE:
        tag = value(tags, key)
        if tag not in NO:
            found = uses.get(tag) or uses.get("*")
            if found:
                return found
    return "unknown"


def layer_word(text: str, own: frozenset[str], chinese: Mapping[str, str]) -> str | None:
    """Return the term that a word of a planner's layer stands for: one of our `own`, or a Chinese one; else None."""
    word = text.strip().lower()
    return word if word in own else next((term for zh, term in chinese.items() if zh in word), None)


def layer_use(text: str) -> str | None:
    """Return the use that a word of a planner's layer stands for: ours, Chinese or an OSM value; else None."""
    return layer_word(text, USES, LAYER_USE) or BUILDING_USE.get(text.strip().lower())


# --------------------------------------------------------------------------------------------------- numbers

MOST_LEVELS = 170.0  # the tallest building standing has 163
MOST_HEIGHT_M = 900.0  # and measures 828 m
_FOOT_M = 0.3048
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_ABOVE_GROUND = re.compile(r"地上\s*" + _NUMBER)
_PARTS = re.compile(r"\s*[;,、/]\s*|(?<=\d)\s*[-–~]\s*(?=\d)")
_LEVELS = re.compile(_NUMBER + r"\s*(?:层|樓|楼|f|fl|floors?|levels?|storeys?)?", re.I)
_METRES = re.compile(_NUMBER + r"\s*(?:m|米|meters?|metres?)?", re.I)
_FEET = re.compile(_NUMBER + r"\s*(?:'|′|ft|feet|foot|英尺)\s*(?:" + _NUMBER + r"\s*(?:\"|″|''|in))?", re.I)


def levels(text: str) -> float | None:
    """Return the floors above ground, None where the text tells no believable number.

    "3;4" and "1-5" name several parts: their mean is the fairest single number for a floor area.

    >>> levels("3;4"), levels("地上20地下3层"), levels("-1"), levels("300")
    (3.5, 20.0, None, None)
    """
    numbers = []
    for part in _level_parts(text):
        match = _LEVELS.fullmatch(part)
        if not match:
            return None
        numbers.append(_number(match.group(1)))
    return _within(sum(numbers) / len(numbers), MOST_LEVELS)


def names_several(text: str) -> bool:
    """Return whether a text of floors names several numbers, of which `levels` takes the mean."""
    return len(_level_parts(text)) > 1


def _level_parts(text: str) -> list[str]:
    clean = unicodedata.normalize("NFKC", text).strip()
    above = _ABOVE_GROUND.match(clean)
    return [above.group(1)] if above else _PARTS.split(clean)


def height_m(text: str) -> float | None:
    """Return a height in metres, None where the text tells no believable one.

    >>> height_m("12 m"), height_m("40'"), height_m("-3")
    (12.0, 12.192, None)
    """
    clean = unicodedata.normalize("NFKC", text).strip()
    match = _METRES.fullmatch(clean)
    if match:
        return _within(_number(match.group(1)), MOST_HEIGHT_M)
    match = _FEET.fullmatch(clean)
    if match:
        feet = _number(match.group(1)) + (_number(match.group(2)) / 12 if match.group(2) else 0.0)
        return _within(round(feet * _FOOT_M, 6), MOST_HEIGHT_M)
    return None


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _within(number: float, most: float) -> float | None:
    return number if 0 < number <= most else None


# ------------------------------------------------------------------------------- amenities, open space, the rest

# Keys whose every value (but "no") is an amenity, and keys with a list.
AMENITY_KEYS = _words(
    "amenity shop office tourism leisure sport healthcare historic craft public_transport club education heritage "
    "disused:shop"  # an empty shop, mostly tagged so alone: it belongs to no category, but to its street's vacancy
)
AMENITY_VALUES = {
    "railway": _words("station halt subway_entrance tram_stop"),
    "highway": frozenset(("bus_stop",)),
    "landuse": _words("commercial retail industrial education institutional religious recreation_ground"),
}
# Relations that gather or guide rather than stand somewhere.
NO_PLACE_RELATIONS = _words(
    "route route_master public_transport network restriction superroute collection street associatedStreet "
    "waterway destination_sign enforcement"
)


def is_amenity(tags: Tags) -> bool:
    """Return whether an element is something people walk to."""
    return any(value(tags, key) not in NO for key in AMENITY_KEYS & tags.keys()) or any(
        value(tags, key) in wanted for key, wanted in AMENITY_VALUES.items()
    )


OPEN_SPACE: dict[str, dict[str, str]] = {
    "leisure": {
        "park": "park",
        "common": "park",
        "dog_park": "park",
        "garden": "garden",
        "playground": "playground",
        "pitch": "pitch",
        "nature_reserve": "nature",
    },
    "place": {"square": "square"},
    "landuse": {
        "village_green": "park",
        "recreation_ground": "park",
        "forest": "nature",
        "grass": "grass",
        "meadow": "grass",
        "flowerbed": "grass",
    },
    "natural": {"wood": "nature", "scrub": "nature", "heath": "nature", "grassland": "grass"},
}
PLAZA_HIGHWAYS = frozenset(("pedestrian", "footway"))
OPEN_SPACE_KINDS = frozenset(kind for kinds in OPEN_SPACE.values() for kind in kinds.values())


def open_space_kind(tags: Tags, *, is_area: bool) -> str | None:
    """Return the kind of an open space, None where the tags name none.

    Parameters
    ----------
    tags : mapping
    is_area : bool
        The element is tagged or built as an area: a pedestrian ring alone is a loop, not a square.
    """
    for key, kinds in OPEN_SPACE.items():
        kind = kinds.get(value(tags, key))
        if kind:
            return kind
    return "square" if is_area and value(tags, "highway") in PLAZA_HIGHWAYS else None


def open_space_walk(tags: Tags) -> str:
    """Return "private" for gardens and grounds closed to the public, else "public"."""
    deciding = value(tags, "foot") or value(tags, "access")
    if deciding in ACCESS_PRIVATE | ACCESS_FORBIDS | {"members", "customers"}:
        return "private"
    return "private" if value(tags, "garden:type") in {"residential", "private"} else "public"


RAILS = _words("rail subway light_rail tram monorail narrow_gauge")
BARRIERS = {
    "wall": "wall",
    "city_wall": "wall",
    "retaining_wall": "wall",
    "fence": "fence",
    "guard_rail": "fence",
    "handrail": "fence",
    "hedge": "hedge",
}


def barrier_kind(tags: Tags) -> str | None:
    """Return the kind of a line that walkers do not cross, None for other lines."""
    if value(tags, "railway") in RAILS:
        return "rail"
    return BARRIERS.get(value(tags, "barrier"))


WATER_AREAS = {
    "natural": frozenset(("water", "bay", "strait")),
    "waterway": frozenset(("riverbank", "dock")),
    "landuse": frozenset(("reservoir", "basin")),
}
WATER_LINES = {
    "waterway": _words("river stream canal drain ditch tidal_channel"),
    "natural": frozenset(("coastline",)),
}


def water_kind(tags: Tags) -> str | None:
    """Return "area" or "line" for water, None for land."""
    for kind, table in (("area", WATER_AREAS), ("line", WATER_LINES)):
        if any(value(tags, key) in wanted for key, wanted in table.items()):
            return kind
    return None


# Points along streets, by what they are to somebody who walks there.
FURNITURE = {
    "natural": {"tree": "tree"},
    "highway": {"crossing": "crossing", "street_lamp": "lamp"},
    "amenity": {"bench": "seat"},
}


def furniture_kind(tags: Tags) -> str | None:
    """Return what a point is to somebody walking along a street: tree, seat, lamp or crossing; None for the rest.

    A traffic signal that says how walkers cross is a crossing as well.
    """
    for key, kinds in FURNITURE.items():
        kind = kinds.get(value(tags, key))
        if kind == "crossing" and value(tags, "crossing") == "no":
            return None
        if kind:
            return kind
    signals = value(tags, "highway") == "traffic_signals" and value(tags, "crossing") not in NO
    return "crossing" if signals else None


# Every key a table can come from: what readers keep, and what a live query asks for.
KEYS = AMENITY_KEYS | AMENITY_VALUES.keys() | _words("barrier building entrance natural place waterway")
# A live server is asked for every element of a key, but of these only what a table takes: place names and peaks
# would be much of the answer.
QUERY_VALUES: dict[str, frozenset[str]] = {
    "natural": WATER_AREAS["natural"]
    | WATER_LINES["natural"]
    | OPEN_SPACE["natural"].keys()
    | FURNITURE["natural"].keys(),
    "place": frozenset(OPEN_SPACE["place"]),
}


def is_relevant(tags: Tags) -> bool:
    """Return whether any table could take the element."""
    return not KEYS.isdisjoint(tags)
