"""What the indicators of one street study share, gathered once: looks, facts, the survey, what walks reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridor.indicators import open_space
from corridor.indicators.street import appearance, edge, form, pull, stay, survey, walking
from corridor.streets import Facts, Look, Seen, Segments, Sight, facts, look
from corridor.streets.mapped import Mapped
from corridor.streets.sides import Floats

if TYPE_CHECKING:
    from corridor.evaluation import Footing
    from corridor.study import StudyArea

Table = tuple[pd.DataFrame, pd.DataFrame]

# Places belong to the nearest street within 52 m: streets this near to a compared one can take them from it.
_CONTEXT_M = 110.0


Made = tuple[tuple[object, ...], Any]
"""What a step was made of, and what it made."""
T = TypeVar("T")
Rows = TypeVar("Rows", gpd.GeoSeries, gpd.GeoDataFrame)


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

    def before(self, name: str) -> Made | None:
        """Return a step of the baseline; None without one."""
        return self._before.get(name)

    def alike(self, name: str, rows: Rows) -> Rows:
        """Return the rows made before where these are no others, so that what rests on them is known to be the same."""
        known = self._before.get(name)
        if known is not None:
            before: Rows = known[1]
            if before.index.equals(rows.index) and _content(before) == _content(rows):
                rows = before
        self.made[name] = (), rows
        return rows


def as_before(found: Segments, made: Made | None) -> Segments:
    """Return the segments of a baseline where these are no others, as after an edit of a gate."""
    if made is None:
        return found
    before: Segments = made[1]
    same = (
        found.edges.equals(before.edges)
        and found.parts.equals(before.parts)
        and found.notices == before.notices
        and found.axis == before.axis
        and found.segments.index.equals(before.segments.index)
        and _content(found.segments) == _content(before.segments)
    )
    return before if same else found


def _content(rows: gpd.GeoSeries | gpd.GeoDataFrame) -> list[Any]:
    """Return what tells rows of shapes apart, shapes to the bit."""
    shapes = rows if isinstance(rows, gpd.GeoSeries) else rows.geometry
    facts_ = [] if isinstance(rows, gpd.GeoSeries) else rows.drop(columns=rows.geometry.name).to_numpy().tolist()
    return [shapely.to_wkb(shapes.to_numpy()).tolist(), facts_]


@dataclass(frozen=True)
class Looked:
    """What one sees along the streets: the facts, the survey over them, and the indicators that rest on no walk.

    `mapped` is what the study has on its map, or in a scenario its baseline; `fronts` are the places along streets.
    """

    seen: Look
    fronts: gpd.GeoDataFrame
    known: Facts
    mapped: Mapped
    survey: survey.PlacedSurvey
    form: Table
    walking: Table
    edge: Table
    appearance: Table


@dataclass(frozen=True)
class Roadside:
    """What lies beside segments, as their indicators counted it: whatever shows them reads it here.

    Attributes
    ----------
    segments : Segments
        The compared ones and those around them, which take what is nearest to them.
    seen, known : Look, Facts
        Of these segments.
    opportunities : GeoDataFrame
        Places of the evaluation.
    """

    segments: Segments
    seen: Look
    known: Facts
    opportunities: gpd.GeoDataFrame


@dataclass(frozen=True)
class Walked:
    """What walks from segments reach: `stayed` and `pulled` by the name of the speed, `pull`, and all of open space."""

    stayed: Mapping[str, Table]
    pulled: Mapping[str, Table]
    pull: Table
    open_space: dict[str, pd.DataFrame]

    def at_speed(self, speed: str) -> pd.DataFrame:
        """Return the indicators that a walking speed changes, at "slow", "middle" or "fast"."""
        return pd.concat([self.stayed[speed][0], self.pulled[speed][0]], axis=1)


@dataclass(frozen=True)
class Work:
    """What the indicators of one street study are made from.

    `segments` are the compared ones (`mine`) and those that decide what belongs to them: neighbours and streets of
    their names. `before` is what a scenario's baseline has on its map, None in a study that is none's scenario.
    """

    evaluation: Footing
    again: Again
    whole: Segments
    segments: Segments
    mine: Segments
    before: Mapped | None

    @classmethod
    def of(cls, evaluation: Footing, whole: Segments, compared: pd.Index, again: Again, before: Mapped | None) -> Work:
        """Choose the segments that are looked at."""
        segments = again("around", (whole,), lambda: whole.only(_context(whole, compared)))
        mine = again("mine", (whole,), lambda: segments.only(compared))
        return cls(evaluation, again, whole, segments, mine, before)

    def looked(self) -> Looked:
        """Look along the streets once."""
        given, study, again = self.evaluation, self.evaluation.study, self.again
        around, whole, network = self.segments, self.whole, given.network
        solid = study.buildings, study.barriers
        outline = again.alike("outline", around.segments.geometry)
        shops = again("shops", (study.amenities,), lambda: edge.amenities_of_streets(study.amenities))
        asked = again.alike("asked", survey.asked(whole, study))
        placed = again("survey", (asked, study.survey, study.config), lambda: survey.placed(whole, study))
        seen_before, before = self._seen_before(outline, *solid), self.before
        seen = again("look", (outline, *solid), lambda: look(around.segments, *solid, before=seen_before))
        known = again(
            "facts",
            (around, placed, study.streets, study.gates, study.furniture, study.config),
            lambda: _known(around, whole, study, placed, before),
        )
        told = again("appearance", (self.mine, placed), lambda: appearance.table(self.mine, study, survey=placed))
        return Looked(
            seen=seen,
            fronts=shops,
            known=known,
            mapped=before or _mapped(given, shops, known),
            survey=placed,
            form=again("form", (around, seen, *solid), lambda: self._form(seen, seen_before)),
            walking=again(
                "walking",
                (around, seen, known, network, *solid),
                lambda: walking.table(around, study, network, looked=seen, known=known, mapped=before),
            ),
            edge=again(
                "edge",
                (around, seen, known, given.opportunities, study.amenities, *solid),
                lambda: edge.table(
                    around, study, given.opportunities, looked=seen, known=known, shops=shops, mapped=before
                ),
            ),
            appearance=again(
                "renewed",
                (told, self.mine, known, study.streets, study.config),
                lambda: appearance.renewed(*told, self.mine, study, known),
            ),
        )

    def _seen_before(self, outline: gpd.GeoSeries, *solid: gpd.GeoDataFrame) -> Seen | None:
        """Return what the baseline saw along the streets; None without one, or where all is as it was."""
        made, around = self.again.before("look"), self.again.before("around")
        if made is None or around is None:
            return None
        if around[1] is self.segments and all(one is other for one, other in zip(made[0][1:], solid, strict=True)):
            return None
        lines, *things = cast("tuple[gpd.GeoSeries, gpd.GeoDataFrame, gpd.GeoDataFrame]", made[0])
        return Seen.of(made[1], Sight(lines.to_numpy(), *things), Sight(outline.to_numpy(), *solid))

    def _form(self, seen: Look, before: Seen | None) -> Table:
        """Return the form of streets: it rests on what is seen along each of them, and on its class."""
        study, around, frame = self.evaluation.study, self.segments, self.segments.segments
        known, was = self.again.before("form"), self.again.before("around")
        if before is None or known is None or was is None:
            return form.table(around, study, looked=seen)
        told = was[1].segments
        same = before.row == told.index.get_indexer(frame.index)
        same &= (told["highway"].iloc[before.row].array == frame["highway"].array).fillna(False)
        kept = frame.index[same & (before.row >= 0)]
        rows = np.flatnonzero(~frame.index.isin(kept))
        made = form.table(around.only(frame.index[rows]), study, looked=seen.only(rows))
        values, basis = (
            pd.concat([one.loc[kept], other]).reindex(frame.index) for one, other in zip(known[1], made, strict=True)
        )
        return values, basis

    def uses(self, looked: Looked) -> Floats:
        """Count the places on each segment's front by use."""
        every = edge.places(looked.fronts, self.evaluation.opportunities)
        return edge.uses_of(self.segments.segments, looked.seen, every)

    def walked(self, *, banded: bool, full: bool) -> Walked:
        """Walk from the segments once at all speeds: the middle, if `banded` slow and fast too; if `full` from homes."""
        given, mine, again = self.evaluation, self.mine, self.again
        study, network, place, config = given.study, given.network, given.place, given.study.config
        band = config.walker.speed_m_min
        speeds = {"middle": band.middle, **({"slow": band.low, "fast": band.high} if banded else {})}
        every = [*speeds.values()]
        ways_in = again(
            "doors",
            (network, study.open_space, given.ways_in),
            lambda: open_space.doors(study, place, given.ways_in),
        )
        stayed = again(
            f"stayed {banded}",
            (mine, network, ways_in, config),
            lambda: stay.at_hand(mine, study, network, placer=place, ways_in=ways_in, speeds=every, mapped=self.before),
        )
        people = given.buildings, given.origins
        records = study.carriers, study.institutes
        pulled = again(
            f"pulled {banded}",
            (mine, network, *people, study.firms, *records, config),
            lambda: pull.at_hand(
                mine, study, network, people[0], placer=place, points=people[1], speeds=every, mapped=self.before
            ),
        )
        drawn = again(
            "pull",
            (mine, network, *people, given.opportunities, *records, pulled[0]),
            lambda: pull.table(
                mine, study, network, people[0], given.opportunities, placer=place, points=people[1], at=pulled[0]
            ),
        )
        return Walked(
            stayed=dict(zip(speeds, stayed, strict=True)),
            pulled=dict(zip(speeds, pulled, strict=True)),
            pull=drawn,
            open_space=open_space.tables(
                self.whole, study, network, people[0], placer=place, ways_in=ways_in, mapped=self.before
            )
            if full
            else {},
        )

    def indicators(self, looked: Looked, walked: Walked) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return (values, basis) of all groups on the compared segments."""
        given, study, around, known = self.evaluation, self.evaluation.study, self.segments, looked.known
        at = walked.stayed["middle"]
        stays = self.again(
            "stay",
            (around, known, given.network, given.opportunities, study.amenities, study.survey, at),
            lambda: stay.table(
                around, study, given.network, given.opportunities, known=known, at=at, mapped=self.before
            ),
        )
        tables = (looked.form, looked.walking, looked.edge, stays, walked.pull, looked.appearance)
        compared = self.mine.segments.index
        values = pd.concat([values.reindex(compared) for values, _ in tables], axis=1)
        basis = pd.concat([basis.reindex(compared) for _, basis in tables], axis=1)
        return values, basis


def _mapped(given: Footing, shops: gpd.GeoDataFrame, known: Facts) -> Mapped:
    """Return what a study has on its map."""
    study = given.study
    tables = {
        "open_space": open_space.spaces(study),
        "toilets": stay.toilets(study),
        "shelters": stay.sheltered(study),
        "gates": study.gates,
        "firms": study.firms,
        "carriers": study.carriers,
    }
    shapes = {kind: rows.geometry.to_numpy() for kind, rows in tables.items()}
    fronts = edge.fronts(edge.places(shops, given.opportunities), study.buildings)
    return Mapped({**shapes, "walls": walking.walls_of(study.barriers), "fronts": fronts}, known.crossed)


def _known(
    segments: Segments, whole: Segments, study: StudyArea, placed: survey.PlacedSurvey, before: Mapped | None
) -> Facts:
    """Return the facts of segments, those of the survey among them; of an invented survey they are synthetic."""
    known = facts(segments, study, survey=survey.as_facts(placed.answers, whole), mapped=before)
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
