"""Which parts of an evaluation are asked for, and what needs which."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from corridor.config import did_you_mean
from corridor.errors import Problem, StudyError, Text

PARTS: dict[str, Text] = {
    "life_circle": Text("生活圈", "life circle"),
    "by_time": Text("按时段", "by time"),
    "isochrones": Text("等时圈", "isochrones"),
    "innovation": Text("创新链与服务", "innovation chain and services"),
}
_RESTS_ON = {"by_time": {"life_circle"}}


class Measured(Protocol):
    """An evaluation, or what was made of one."""

    @property
    def parts(self) -> frozenset[str]:
        """The parts it has."""


def asked(only: Collection[str] | None) -> frozenset[str]:
    """Return the parts to compute: all of them, or those named with what they rest on.

    Raises
    ------
    StudyError
        A name that is no part, with "did you mean".
    """
    if only is None:
        return frozenset(PARTS)
    wanted = {only} if isinstance(only, str) else set(only)
    unknown = sorted(wanted - PARTS.keys())
    if unknown:
        raise StudyError(
            Problem(
                "evaluate: only",
                Text(f"没有“{name}”这一部分。", f"there is no part {name!r}."),
                did_you_mean(name, PARTS),
            )
            for name in unknown
        )
    return frozenset(wanted.union(*(_RESTS_ON.get(name, set()) for name in wanted)))


def check_parts(evaluation: Measured, wanted: Collection[str], what: Text) -> None:
    """Refuse to draw from an evaluation that lacks a part.

    Parameters
    ----------
    evaluation : Evaluation, or what was made of one
    wanted : names of parts
    what : Text
        What is to be made of it.

    Raises
    ------
    StudyError
        Names the parts that were not computed.
    """
    missing = [name for name in PARTS if name in wanted and name not in evaluation.parts]
    if missing:
        zh, en = "、".join(PARTS[name].zh for name in missing), ", ".join(PARTS[name].en for name in missing)
        raise StudyError.of(
            what.en,
            f"{what.zh}需要{zh}，而这次没有计算。",
            f"the {what.en} needs what was not computed: {en}.",
            f"用 evaluate(study) 计算全部，或在 only 里加上 {', '.join(missing)}。",
            f"Call evaluate(study) for everything, or add {', '.join(missing)} to only.",
        )
