"""What the indicators of one street study share, gathered once: looks, facts, the survey, what walks reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import geopandas as gpd
import pandas as pd
import shapely

from corridor.indicators import open_space
from corridor.indicators.street import appearance, edge, form, pull, stay, survey, walking
from corridor.streets import Facts, Look, Segments, facts, look

if TYPE_CHECKING:
    from corridor.evaluation import Footing
    from corridor.study import StudyArea

Table = tuple[pd.DataFrame, pd.DataFrame]

# Places belong to the nearest street within 52 m: streets this near to a compared one can take them from it.
_CONTEXT_M = 110.0


Made = tuple[tuple[object, ...], Any]
"""What a step was made of, and what it made."""
T = TypeVar("T")


class Again:
    """Makes the steps of a street study; one made before of the very same things is taken as it is.

    Parameters
    ----------
    before : mapping of str to Made
        The steps of another study.
    """

    def __init__(self, before: Mapping[str, Made]) -> None:
        self._before = before
        self.made: dict[str, Made] = {}

    def __call__(self, name: str, of: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return a step: `of` is all that it rests on."""
        known = self._before.get(name)
        if known is not None and all(one is other for one, other in zip(known[0], of, strict=True)):
            found: T = known[1]
        else:
            found = make()
        self.made[name] = of, found
        return found

    def alike(self, name: str, shapes: gpd.GeoSeries) -> gpd.GeoSeries:
        """Return the shapes made before where these are no others, so that what rests on them is known to be the same."""
        known = self._before.get(name)
        if known is not None:
            before: gpd.GeoSeries = known[1]
            if before.index.equals(shapes.index) and (before.to_wkb() == shapes.to_wkb()).all():
                shapes = before
        self.made[name] = (), shapes
        return shapes


@dataclass(frozen=True)
class Work:
    """What the indicators of one street study share.

    `segments` are the compared ones and those that decide what belongs to them: neighbours and streets of their names;
    `stayed` and `pulled` are what walks reach, by the name of the speed.
    """

    evaluation: Footing
    again: Again
    segments: Segments
    mine: Segments
    compared: pd.Index
    seen: Look
    known: Facts
    survey: survey.PlacedSurvey
    ways_in: pd.DataFrame
    stayed: Mapping[str, Table]
    pulled: Mapping[str, Table]

    @classmethod
    def of(cls, evaluation: Footing, whole: Segments, compared: pd.Index, again: Again, *, banded: bool) -> Work:
        """Look along the streets once, and walk from them once at all speeds: the middle, if `banded` slow and fast too."""
        study, network, place = evaluation.study, evaluation.network, evaluation.place
        config = study.config
        segments = again("around", (whole,), lambda: whole.only(_context(whole, compared)))
        outline = again.alike("outline", segments.segments.geometry)
        mine = again("mine", (whole,), lambda: segments.only(compared))
        placed = again("survey", (whole, study.survey, config), lambda: survey.placed(whole, study))
        band = config.walker.speed_m_min
        speeds = {"middle": band.middle, **({"slow": band.low, "fast": band.high} if banded else {})}
        every = [*speeds.values()]
        ways_in = again(
            "doors",
            (network, study.open_space, study.gates, study.barriers),
            lambda: open_space.doors(study, place),
        )
        stayed = again(
            f"stayed {banded}",
            (mine, network, ways_in, config),
            lambda: stay.at_hand(mine, study, network, placer=place, ways_in=ways_in, speeds=every),
        )
        people = evaluation.buildings, evaluation.origins
        pulled = again(
            f"pulled {banded}",
            (mine, network, *people, study.carriers, study.firms, study.institutes, config),
            lambda: pull.at_hand(mine, study, network, people[0], placer=place, points=people[1], speeds=every),
        )
        return cls(
            evaluation=evaluation,
            again=again,
            segments=segments,
            mine=mine,
            compared=compared,
            seen=again(
                "look",
                (outline, study.buildings, study.barriers),
                lambda: look(segments.segments, study.buildings, study.barriers),
            ),
            known=again(
                "facts",
                (segments, placed, study.streets, study.gates, study.furniture, config),
                lambda: _known(segments, whole, study, placed),
            ),
            survey=placed,
            ways_in=ways_in,
            stayed=dict(zip(speeds, stayed, strict=True)),
            pulled=dict(zip(speeds, pulled, strict=True)),
        )

    def indicators(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return (values, basis) of all groups on the compared segments."""
        given, study, network = self.evaluation, self.evaluation.study, self.evaluation.network
        around, seen, known, again = self.segments, self.seen, self.known, self.again
        solid = study.buildings, study.barriers
        at, reached = self.stayed["middle"], self.pulled["middle"]
        tables = [
            again("form", (around, seen, *solid), lambda: form.table(around, study, looked=seen)),
            again(
                "walking",
                (around, seen, known, network, *solid),
                lambda: walking.table(around, study, network, looked=seen, known=known),
            ),
            again(
                "edge",
                (around, seen, known, given.opportunities, study.amenities, *solid),
                lambda: edge.table(around, study, given.opportunities, looked=seen, known=known),
            ),
            again(
                "stay",
                (around, known, network, given.opportunities, study.amenities, study.survey, at),
                lambda: stay.table(around, study, network, given.opportunities, known=known, at=at),
            ),
            again(
                "pull",
                (self.mine, network, given.buildings, given.origins, given.opportunities, study.carriers,
                 study.institutes, reached),
                lambda: pull.table(
                    self.mine,
                    study,
                    network,
                    given.buildings,
                    given.opportunities,
                    placer=given.place,
                    points=given.origins,
                    at=reached,
                ),
            ),
            again("appearance", (self.mine, self.survey), lambda: appearance.table(self.mine, study, survey=self.survey)),
        ]  # fmt: skip
        values = pd.concat([values.reindex(self.compared) for values, _ in tables], axis=1)
        basis = pd.concat([basis.reindex(self.compared) for _, basis in tables], axis=1)
        return values, basis

    def open_space(self, whole: Segments) -> dict[str, pd.DataFrame]:
        """Return everything about open space, on all segments."""
        given = self.evaluation
        return open_space.tables(
            whole, given.study, given.network, given.buildings, placer=given.place, ways_in=self.ways_in
        )

    def at_speed(self, speed: str) -> pd.DataFrame:
        """Return the indicators that a walking speed changes, at "slow", "middle" or "fast"."""
        return pd.concat([self.stayed[speed][0], self.pulled[speed][0]], axis=1).reindex(self.compared)


def _known(segments: Segments, whole: Segments, study: StudyArea, placed: survey.PlacedSurvey) -> Facts:
    """Return the facts of segments, those of the survey among them; of an invented survey they are synthetic."""
    known = facts(segments, study, survey=survey.as_facts(placed.answers, whole))
    if len(study.survey) and bool(study.survey["synthetic"].all()):
        known = replace(known, basis=known.basis.replace("survey", "synthetic"))
    return known


def _context(whole: Segments, compared: pd.Index) -> pd.Index:
    frame = whole.segments
    if len(compared) == len(frame):
        return frame.index
    mine = frame.loc[compared]
    near = shapely.STRtree(mine.geometry.to_numpy()).query(
        frame.geometry.to_numpy(), predicate="dwithin", distance=_CONTEXT_M
    )[0]
    names = frame["street"].isin(mine["street"].dropna())
    kept = names.to_numpy(dtype=bool, na_value=False) | frame.index.isin(compared)
    kept[near] = True
    return frame.index[kept]
