"""What a planner should know of scenarios before they run: where a new street was moved, and what changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from corridor.config import StudyConfig
from corridor.errors import Notice, Text
from corridor.scenarios._edits import RenewStreet
from corridor.scenarios._resolve import Resolved

# Ends that miss a street by less are taken to be drawn on it.
_SAID_FROM_M = 1.0


def notes(resolved: Iterable[Resolved], config: StudyConfig) -> list[Notice]:
    """Return a notice for each new street moved by a metre or more to meet the network, and each measure of no effect.

    Parameters
    ----------
    resolved : iterable of Resolved
    config : StudyConfig
        `streets.works` are the measures that are known.
    """
    found = []
    for one in resolved:
        for number, target in enumerate(one.targets):
            where = one.scenario.where[number]
            if max(target.moved_m, default=0.0) >= _SAID_FROM_M:
                found.append(_snapped(one.scenario.name, target.moved_m, where))
            if isinstance(target.edit, RenewStreet):
                found += [_idle(one.scenario.name, word, config, where) for word in idle(target.edit, config)]
    return found


def idle(edit: RenewStreet, config: StudyConfig) -> list[str]:
    """Return the words of a renewal's `measures` that change nothing: in no table, or of no item of this survey."""
    works = {word: config.streets.work(word) for word in edit.measures}
    return [
        word for word, work in works.items() if work is None or (work.field is None and not work.answers(config.survey))
    ]


def _snapped(name: Text, moved_m: tuple[float, ...], where: str) -> Notice:
    start, end = moved_m
    what = Text(
        f"情景“{name.zh}”的新街道已接到街道上：起点移动 {start:.1f} m，终点移动 {end:.1f} m。",
        f"the new street of “{name.en}” was joined to the network: its start moved {start:.1f} m, its end {end:.1f} m.",
    )
    action = Text("如应接到别处，把端点画到那条街道上。", "Draw the end on another street if that one is meant.")
    return Notice("street-snapped", "R", what, action, file=where)


def _idle(name: Text, word: str, config: StudyConfig, where: str) -> Notice:
    """Say that a measure changes nothing, and what could be written instead."""
    works = config.streets.works
    if config.streets.work(word) is not None:
        what = Text(
            f"情景“{name.zh}”的措施“{word}”不起作用：本研究的调查没有它改变的项目。",
            f"the measure {word!r} of “{name.en}” changes nothing: this study's survey has none of the items it is for.",
        )
        action = Text("见 study.yaml 的 survey.items。", "See survey.items in study.yaml.")
        return Notice("measure-idle", "W", what, action, file=where, value=word)
    what = Text(
        f"情景“{name.zh}”的措施“{word}”不在措施表中，不改变任何指标。",
        f"the measure {word!r} of “{name.en}” is in no table and changes no indicator.",
    )
    known_zh, known_en = ([text.in_(lang) for text in (work.name for work in works.values())] for lang in ("zh", "en"))
    near = get_close_matches(word, [*known_zh, *known_en], n=1)
    action = Text(
        f"{f'是不是“{near[0]}”？' if near else ''}已知的措施：{'、'.join(known_zh)}。新词可写在 study.yaml 的 streets.works。",
        f"{f'Did you mean {near[0]!r}? ' if near else ''}Known measures: {', '.join(known_en)}. "
        "New ones can be given in streets.works of study.yaml.",
    )
    return Notice("measure-idle", "W", what, action, file=where, value=word)
