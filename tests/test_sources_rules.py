"""The tag rules, case by case."""

from __future__ import annotations

import pytest

from corridor.sources import _rules

# Tags (`key=value` apart by spaces), who may walk, and why nobody may.
WALK = [
    ("highway=residential", "public", None),
    ("highway=living_street", "public", None),
    ("highway=unclassified", "public", None),
    ("highway=tertiary", "public", None),
    ("highway=secondary", "public", None),
    ("highway=primary", "public", None),
    ("highway=primary_link", "public", None),
    ("highway=service", "public", None),
    ("highway=service service=parking_aisle", "public", None),
    ("highway=service service=driveway", "public", None),
    ("highway=track", "public", None),
    ("highway=path", "public", None),
    ("highway=bridleway", "public", None),
    ("highway=footway", "public", None),
    ("highway=footway footway=crossing", "public", None),
    ("highway=pedestrian area=yes", "public", None),
    ("highway=steps", "public", None),
    ("highway=steps conveying=yes", "public", None),
    ("highway=corridor indoor=yes level=-1", "public", None),
    ("highway=elevator", "public", None),
    ("highway=platform", "public", None),
    ("highway=road", "public", None),
    # motorways, trunks, busways
    ("highway=motorway", "none", "highway=motorway"),
    ("highway=motorway_link", "none", "highway=motorway_link"),
    ("highway=trunk", "none", "highway=trunk"),
    ("highway=trunk_link", "none", "highway=trunk_link"),
    ("highway=motorway foot=no", "none", "foot=no"),
    ("highway=trunk foot=yes", "public", None),
    ("highway=trunk foot=designated", "public", None),
    ("highway=trunk sidewalk=both", "public", None),
    ("highway=trunk sidewalk=left", "public", None),
    ("highway=trunk sidewalk:right=yes", "public", None),
    ("highway=trunk sidewalk=no", "none", "highway=trunk"),
    ("highway=trunk sidewalk=separate", "none", "highway=trunk"),
    ("highway=trunk sidewalk=both access=private", "private", None),
    ("highway=motorway bridge=yes layer=1", "none", "highway=motorway"),
    ("highway=busway", "none", "highway=busway"),
    ("highway=busway foot=yes", "public", None),
    ("highway=primary motorroad=yes", "none", "motorroad=yes"),
    ("highway=primary motorroad=yes sidewalk=both", "public", None),
    # not there, or not for walkers at all
    ("highway=construction", "none", "highway=construction"),
    ("highway=construction construction=footway foot=yes", "none", "highway=construction"),
    ("highway=proposed", "none", "highway=proposed"),
    ("highway=planned", "none", "highway=planned"),
    ("highway=raceway", "none", "highway=raceway"),
    ("highway=bus_guideway", "none", "highway=bus_guideway"),
    ("highway=bus_guideway foot=yes", "none", "highway=bus_guideway"),
    ("highway=razed", "none", "highway=razed"),
    ("highway=abandoned", "none", "highway=abandoned"),
    ("highway=disused", "none", "highway=disused"),
    ("highway=rest_area", "none", "highway=rest_area"),
    ("highway=no", "none", "highway=no"),
    # cycleways
    ("highway=cycleway", "none", "highway=cycleway"),
    ("highway=cycleway foot=yes", "public", None),
    ("highway=cycleway foot=designated", "public", None),
    ("highway=cycleway foot=no", "none", "foot=no"),
    ("highway=cycleway segregated=yes", "public", None),
    ("highway=cycleway segregated=no", "public", None),
    ("highway=cycleway sidewalk=both", "none", "highway=cycleway"),
    # foot
    ("highway=residential foot=no", "none", "foot=no"),
    ("highway=residential foot=use_sidepath", "none", "foot=use_sidepath"),
    ("highway=residential foot=private", "private", None),
    ("highway=residential foot=permit", "private", None),
    ("highway=residential foot=permissive", "public", None),
    ("highway=residential foot=discouraged", "public", None),
    ("highway=residential foot=unknown", "public", None),
    ("highway=path foot=YES", "public", None),
    ("highway=path foot=yes;designated access=no", "public", None),
    # access, and foot before access
    ("highway=residential access=no", "none", "access=no"),
    ("highway=residential access=military", "none", "access=military"),
    ("highway=residential access=private", "private", None),
    ("highway=service access=residents", "private", None),
    ("highway=service access=permit", "private", None),
    ("highway=service access=delivery", "private", None),
    ("highway=service access=customers", "public", None),
    ("highway=service access=destination", "public", None),
    ("highway=service access=permissive", "public", None),
    ("highway=service access=yes", "public", None),
    ("highway=service access=unknown", "public", None),
    ("highway=service access=no foot=yes", "public", None),
    ("highway=service access=private foot=designated", "public", None),
    ("highway=service access=private foot=permissive", "public", None),
    ("highway=service access=yes foot=no", "none", "foot=no"),
    ("highway=service access=no foot=private", "private", None),
    # rules for vehicles do not touch walkers
    ("highway=residential vehicle=no", "public", None),
    ("highway=residential motor_vehicle=private", "public", None),
    ("highway=residential oneway=yes", "public", None),
    ("highway=residential bicycle=no", "public", None),
    ("highway=residential access:conditional=no@(22:00-06:00)", "public", None),
]


def parse(text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in text.split())


@pytest.mark.parametrize(("tags", "walk", "why"), WALK)
def test_walk(tags, walk, why):
    assert _rules.walk(parse(tags)) == (walk, why)


def test_the_table_has_some_eighty_cases():
    assert len(WALK) >= 80 and len({tags for tags, _, _ in WALK}) == len(WALK)


@pytest.mark.parametrize(
    ("tags", "way"),
    [
        ("oneway=yes", 0),
        ("oneway=-1", 0),
        ("oneway:foot=yes", 1),
        ("oneway:foot=-1", -1),
        ("oneway:foot=no foot:backward=no", 0),
        ("foot:backward=no", 1),
        ("foot:forward=no", -1),
        ("foot:forward=no foot:backward=no", 0),
        ("conveying=forward", 1),
        ("conveying=backward", -1),
        ("conveying=reversible", 0),
        ("conveying=yes", 0),
        ("junction=roundabout", 0),
    ],
)
def test_oneway_for_walkers(tags, way):
    assert _rules.oneway_foot(parse(tags)) == way


@pytest.mark.parametrize(
    ("tags", "passage"),
    [
        ("barrier=gate", "open"),
        ("barrier=gate access=yes", "open"),
        ("barrier=gate access=permissive", "open"),
        ("barrier=gate foot=designated access=private", "open"),
        ("barrier=gate access=customers", "open"),
        ("barrier=gate access=private", "residents"),
        ("barrier=gate access=residents", "residents"),
        ("barrier=gate access=permit", "residents"),
        ("barrier=gate access=delivery", "residents"),
        ("barrier=gate foot=private access=yes", "residents"),
        ("barrier=gate access=no", "shut"),
        ("barrier=gate foot=no access=yes", "shut"),
        ("barrier=gate locked=yes", "shut"),
        ("barrier=gate locked=yes access=private", "residents"),
        ("barrier=gate locked=yes foot=yes", "open"),
        ("barrier=gate vehicle=no", "open"),
        ("barrier=sliding_gate access=private", "residents"),
        ("barrier=wicket_gate", "open"),
        ("barrier=lift_gate", None),
        ("barrier=lift_gate access=private", "residents"),
        ("barrier=lift_gate foot=no", "shut"),
        ("barrier=swing_gate", None),
        ("barrier=swing_gate access=no", "shut"),
        ("barrier=bollard", None),
        ("barrier=bollard access=no", None),
        ("barrier=kerb", None),
        ("barrier=stile", None),
        ("barrier=cycle_barrier", None),
        ("barrier=block", None),
    ],
)
def test_gates(tags, passage):
    assert _rules.passage(parse(tags)) == passage


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("6", 6),
        ("3.5", 3.5),
        ("3,5", 4),
        ("3;4", 3.5),
        ("1-5", 3),
        ("地上20", 20),
        ("地上20层地下3层", 20),
        ("２０", 20),
        ("20层", 20),
        ("6F", 6),
        ("163", 163),
        ("-1", None),
        ("0", None),
        ("300", None),
        ("many", None),
        ("", None),
        ("1e3", None),
        ("nan", None),
    ],
)
def test_levels(text, number):
    assert _rules.levels(text) == number


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("12", 12),
        ("12 m", 12),
        ("12.5m", 12.5),
        ("12,5", 12.5),
        ("12米", 12),
        ("40'", 12.192),
        ("40 ft", 12.192),
        ("5'4\"", 1.6256),
        ("-3", None),
        ("0", None),
        ("9999", None),
        ("tall", None),
        ("inf", None),
    ],
)
def test_height(text, metres):
    assert _rules.height_m(text) == metres


@pytest.mark.parametrize(
    ("tags", "use"),
    [
        ("building=apartments", "residential"),
        ("building=office", "office"),
        ("building=retail", "commercial"),
        ("building=school", "education"),
        ("building=hospital", "health"),
        ("building=warehouse", "industrial"),
        ("building=hotel", "hotel"),
        ("building=public", "civic"),
        ("building=temple", "religious"),
        ("building=garage", "other"),
        ("building=yes", "unknown"),
        ("building=yes amenity=school", "education"),
        ("building=yes amenity=clinic", "health"),
        ("building=yes shop=books", "commercial"),
        ("building=yes office=company", "office"),
        ("building=yes office=no", "unknown"),
        ("building=yes tourism=hotel", "hotel"),
        ("building=yes building:use=residential", "residential"),
        ("building=apartments shop=convenience", "residential"),
        ("building=pagoda_of_unknown_kind", "unknown"),
    ],
)
def test_building_use(tags, use):
    assert _rules.building_use(parse(tags)) == use
    assert use in _rules.USES


@pytest.mark.parametrize(
    ("tags", "is_area", "kind"),
    [
        ("leisure=park", True, "park"),
        ("leisure=garden", False, "garden"),
        ("place=square", False, "square"),
        ("highway=pedestrian", True, "square"),
        ("highway=pedestrian", False, None),
        ("highway=residential", True, None),
        ("leisure=playground", True, "playground"),
        ("natural=wood", True, "nature"),
        ("natural=tree", False, None),
        ("landuse=residential", True, None),
    ],
)
def test_open_space(tags, is_area, kind):
    assert _rules.open_space_kind(parse(tags), is_area=is_area) == kind


@pytest.mark.parametrize(
    ("tags", "level", "bridge", "tunnel"),
    [
        ("", 0, False, False),
        ("layer=2", 2, False, False),
        ("layer=-1 tunnel=yes", -1, False, True),
        ("bridge=yes", 1, True, False),
        ("bridge=no", 0, False, False),
        ("bridge=viaduct layer=3", 3, True, False),
        ("tunnel=yes", -1, False, True),
        ("tunnel=building_passage", 0, False, False),
        ("layer=1.5", 1, False, False),
        ("layer=99", 10, False, False),
        ("layer=inf", 0, False, False),
        ("layer=x bridge=yes", 1, True, False),
    ],
)
def test_level(tags, level, bridge, tunnel):
    parsed = parse(tags)
    assert (_rules.level(parsed), _rules.is_bridge(parsed), _rules.is_tunnel(parsed)) == (level, bridge, tunnel)


def test_an_empty_shop_without_any_other_tag_is_read():
    assert _rules.is_amenity({"disused:shop": "clothes"}) and _rules.is_relevant({"disused:shop": "yes"})
    assert not _rules.is_amenity({"disused:shop": "no"}) and "disused:shop" in _rules.KEYS


def test_what_is_kept_and_asked_for_covers_the_rules():
    for key in (*_rules.OPEN_SPACE, *_rules.WATER_AREAS, *_rules.WATER_LINES, *_rules.AMENITY_VALUES):
        assert key in _rules.KEYS
    for key, values in _rules.QUERY_VALUES.items():
        taken = {
            *_rules.OPEN_SPACE.get(key, {}),
            *_rules.WATER_AREAS.get(key, ()),
            *_rules.WATER_LINES.get(key, ()),
            *_rules.AMENITY_VALUES.get(key, ()),
        }
        assert taken <= values


@pytest.mark.parametrize(
    ("word", "use"),
    [
        ("住宅楼", "residential"),
        ("Office", "office"),
        ("apartments", "residential"),
        ("科研办公", "office"),
        ("?", None),
    ],
)
def test_words_of_planners_layers(word, use):
    assert _rules.layer_use(word) == use


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"natural": "tree"}, "tree"),
        ({"amenity": "bench"}, "seat"),
        ({"highway": "street_lamp"}, "lamp"),
        ({"highway": "crossing", "crossing": "zebra"}, "crossing"),
        ({"highway": "crossing", "crossing": "no"}, None),
        ({"highway": "traffic_signals", "crossing": "traffic_signals"}, "crossing"),
        ({"highway": "traffic_signals"}, None),
        ({"highway": "bus_stop"}, None),
        ({"natural": "peak"}, None),
    ],
)
def test_what_stands_along_a_street(tags, kind):
    assert _rules.furniture_kind(tags) == kind
