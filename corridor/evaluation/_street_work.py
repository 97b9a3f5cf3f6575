"""What the indicators of one street study share, gathered once: looks, facts, the survey, what walks reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from corridor.indicators import open_space
from corridor.indicators.street import appearance, edge, form, pull, stay, survey, walking
from corridor.streets import Facts, Look, Segments, facts, look

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation

Table = tuple[pd.DataFrame, pd.DataFrame]

# Places belong to the nearest street within 52 m: streets this near to a compared one can take them from it.
_CONTEXT_M = 110.0


@dataclass(frozen=True)
class Work:
    """What the indicators of one street study share.

    `segments` are the compared ones and those that decide what belongs to them: neighbours and streets of their names;
    `stayed` and `pulled` are what walks reach, by the name of the speed.
    """

    evaluation: Evaluation
    segments: Segments
    compared: pd.Index
    seen: Look
    known: Facts
    survey: survey.PlacedSurvey
    ways_in: pd.DataFrame
    stayed: Mapping[str, Table]
    pulled: Mapping[str, Table]

    @classmethod
    def of(cls, evaluation: Evaluation, whole: Segments, compared: pd.Index, *, banded: bool) -> Work:
        """Look along the streets once, and walk from them once at all speeds: the middle, if `banded` slow and fast too."""
        study, network, place = evaluation.study, evaluation.network, evaluation.place
        segments = whole.only(_context(whole, compared))
        placed = survey.placed(whole, study)
        known = facts(segments, study, survey=survey.as_facts(placed.answers, whole))
        if len(study.survey) and bool(study.survey["synthetic"].all()):
            known = replace(known, basis=known.basis.replace("survey", "synthetic"))
        band = study.config.walker.speed_m_min
        speeds = {"middle": band.middle, **({"slow": band.low, "fast": band.high} if banded else {})}
        mine, ways_in = segments.only(compared), open_space.doors(study, place)
        stayed = stay.at_hand(mine, study, network, placer=place, ways_in=ways_in, speeds=[*speeds.values()])
        pulled = pull.at_hand(
            mine,
            study,
            network,
            evaluation.buildings,
            placer=place,
            points=evaluation.origins,
            speeds=[*speeds.values()],
        )
        return cls(
            evaluation=evaluation,
            segments=segments,
            compared=compared,
            seen=look(segments.segments, study.buildings, study.barriers),
            known=known,
            survey=placed,
            ways_in=ways_in,
            stayed=dict(zip(speeds, stayed, strict=True)),
            pulled=dict(zip(speeds, pulled, strict=True)),
        )

    def indicators(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return (values, basis) of all groups on the compared segments."""
        given, study, network = self.evaluation, self.evaluation.study, self.evaluation.network
        around, mine = self.segments, self.segments.only(self.compared)
        seen, known = self.seen, self.known
        tables = [
            form.table(around, study, looked=seen),
            walking.table(around, study, network, looked=seen, known=known),
            edge.table(around, study, given.opportunities, looked=seen, known=known),
            stay.table(around, study, network, given.opportunities, known=known, at=self.stayed["middle"]),
            pull.table(
                mine,
                study,
                network,
                given.buildings,
                given.opportunities,
                placer=given.place,
                points=given.origins,
                at=self.pulled["middle"],
            ),
            appearance.table(mine, study, survey=self.survey),
        ]
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
