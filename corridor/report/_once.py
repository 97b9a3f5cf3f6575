"""What both languages of a report share is found once: an evaluation that remembers what was asked of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from corridor.evaluation import Evaluation

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class _Remembering:
    """Stands for an evaluation, and keeps what `once` made from it for as long as it lives."""

    evaluation: Any
    found: dict[Hashable, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.evaluation, name)


def remembering(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation as one for which `once` makes each thing only once."""
    return evaluation if isinstance(evaluation, _Remembering) else cast("Evaluation", _Remembering(evaluation))


def once(evaluation: Evaluation, key: Hashable, make: Callable[[], T]) -> T:
    """Return what `make` gives, from memory where `evaluation` has one; the result must not be changed."""
    if not isinstance(evaluation, _Remembering):
        return make()
    if key not in evaluation.found:
        evaluation.found[key] = make()
    made: T = evaluation.found[key]
    return made
