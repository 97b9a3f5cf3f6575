"""What the streets of a scenario are studied on: an edited study, evaluated as far as a street looks at it."""

from __future__ import annotations

from dataclasses import replace

from corridor.evaluation import Footing, _circle, _walks
from corridor.indicators import public_space
from corridor.network import Placer, build_network
from corridor.scenarios._apply import apply
from corridor.scenarios._resolve import Resolved

_WALKED = ("add_street", "add_crossing", "close_street", "remove_crossing", "open_gate", "close_gate")
# Tables that the places one walks to come from.
_PLACES = ("amenities", "open_space", "buildings", "entrances", "carriers", "institutes", "stations", "events")


def ground(base: Footing, resolved: Resolved) -> Footing:
    """Return the footing of an edited study: what no edit touches is the baseline's own, as it is.

    Whoever has a place on the network keeps it. Where nothing changes for walkers the network is the baseline's very
    object, and so is all that rests on it: the street study sees by that what need not be done again.
    """
    study, was = apply(base.study, resolved), base.study
    walked = any(target.edit.op in _WALKED for target in resolved.targets)
    walker = study.config.walker
    network, place = base.network, replace(base.place, _asked=set(base.place._asked))
    if walked:
        network = build_network(study.streets, study.gates, **walker.network())
        place = Placer(network, walker.snap_m, base.place)
    opportunities, ways_in, origins, buildings = base.opportunities, base.ways_in, base.origins, base.buildings
    if walked or any(getattr(study, name) is not getattr(was, name) for name in _PLACES):
        ways_in = public_space.entrances(study.open_space, study.streets, study.gates, study.barriers)
        opportunities = _walks.opportunities(study, place, ways_in)
    if walked or study.buildings is not was.buildings:
        origins = place(_walks.doors(study))
    if study.buildings is not was.buildings:
        # Of buildings a street looks at the people, whatever way leads there.
        buildings = _circle.buildings(study, _walks.connected(origins))
    return Footing(
        study=study,
        network=network,
        place=place,
        origins=origins,
        opportunities=opportunities,
        ways_in=ways_in,
        buildings=buildings,
    )
