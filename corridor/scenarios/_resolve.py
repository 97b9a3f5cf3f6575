"""Scenarios in the terms of a study: every edit resolved, or told why it is not possible, before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corridor.errors import ConfigError, Problem, Text
from corridor.network import Network
from corridor.scenarios._edits import Edit
from corridor.scenarios._file import Misread, Reading, Scenario
from corridor.scenarios._find import Finder, Joint, Target
from corridor.scenarios._unfit import EditError
from corridor.study import StudyArea

__all__ = ["Joint", "Resolved", "Resolver", "Target", "check", "check_files", "resolve"]


@dataclass(frozen=True)
class Resolved:
    """A scenario whose every edit is known to be possible."""

    scenario: Scenario
    targets: tuple[Target, ...]


def resolve(
    study: StudyArea, network: Network, scenarios: Sequence[Scenario]
) -> tuple[tuple[Resolved, ...], dict[str, tuple[Problem, ...]]]:
    """Resolve every edit of every scenario.

    Parameters
    ----------
    study : StudyArea
    network : Network
        The study's own.
    scenarios : sequence of Scenario

    Returns
    -------
    resolved : tuple of Resolved
        The scenarios that can run, in order.
    problems : dict of str to tuple of Problem
        By scenario id, what is wrong with the others.
    """
    resolver = Resolver(study, network)
    resolved, problems = [], {}
    for scenario in scenarios:
        found, faults = resolver.one(scenario)
        if faults:
            problems[scenario.id] = faults
        else:
            resolved.append(found)
    return tuple(resolved), problems


class Resolver:
    """Resolves scenarios of one study, one at a time; an edit that comes again is not looked up again."""

    def __init__(self, study: StudyArea, network: Network) -> None:
        self.config = study.config
        self._finder = Finder(study, network)
        self._known: dict[Edit, Target | EditError] = {}

    def one(self, scenario: Scenario) -> tuple[Resolved, tuple[Problem, ...]]:
        """Return a scenario resolved, and what is wrong with it; with any fault it cannot run."""
        targets, faults = self._targets(scenario)
        if not faults:
            faults += _conflicts(targets, scenario, self._finder.called)
        return Resolved(scenario, tuple(targets)), tuple(faults)

    def misread(self, scenario: Misread) -> tuple[Problem, ...]:
        """Return all that is wrong with a scenario that could not be read, those of its edits included that could.

        Which of them are made together is not known, and so not whether they contradict each other.
        """
        return tuple(dict.fromkeys((*scenario.problems, *self._targets(scenario.rest)[1])))

    def _targets(self, scenario: Scenario) -> tuple[list[Target], list[Problem]]:
        targets: list[Target] = []
        faults: list[Problem] = []
        for edit, where in zip(scenario.edits, scenario.where, strict=True):
            found = self._target(edit)
            if isinstance(found, EditError):
                faults.append(Problem(where, found.what, found.hint))
            else:
                targets.append(found)
        return targets, faults

    def _target(self, edit: Edit) -> Target | EditError:
        if edit not in self._known:
            try:
                self._known[edit] = self._finder.target(edit)
            except EditError as fault:
                self._known[edit] = fault
        return self._known[edit]


def check(study: StudyArea, network: Network, scenarios: Sequence[Scenario]) -> tuple[Resolved, ...]:
    """Resolve every edit of every scenario, or raise.

    Raises
    ------
    ConfigError
        With the faults of all scenarios together.
    """
    resolved, problems = resolve(study, network, scenarios)
    if problems:
        raise ConfigError(dict.fromkeys(problem for faults in problems.values() for problem in faults))
    return resolved


def check_files(study: StudyArea, network: Network, reading: Reading) -> tuple[Resolved, ...]:
    """Resolve every edit of scenario files, or raise.

    Raises
    ------
    ConfigError
        With the faults of all files and all scenarios together: what is not written as it must be and what the study
        has not.
    """
    resolver = Resolver(study, network)
    resolved: list[Resolved] = []
    problems = [*reading.problems]
    for one in reading.entries:
        if isinstance(one, Misread):
            problems += resolver.misread(one)
            continue
        found, faults = resolver.one(one)
        resolved.append(found)
        problems += faults
    if problems:
        raise ConfigError(dict.fromkeys(problems))
    return tuple(resolved)


def _conflicts(targets: Sequence[Target], scenario: Scenario, called: Callable[[str, str], Text]) -> list[Problem]:
    """Find edits of one scenario that cannot both be made."""
    problems = []
    seen: dict[tuple[str, str], list[int]] = {}
    for number, target in enumerate(targets):
        found = next(
            (
                (row, other)
                for row in target.ids
                for other in seen.get((target.table, row), ())
                if _meet(targets[other], target, row) and not _agree(targets[other].edit, target.edit)
            ),
            None,
        )
        if found is not None:
            row, other = found
            thing = called(target.table, row)
            first, second = targets[other].edit.op, target.edit.op
            # As the planner calls it.
            row = getattr(target.edit, "name", None) or row
            problems.append(
                Problem(
                    scenario.where[number],
                    Text(
                        f"{second} 与 {scenario.where[other]} 的 {first} 都改动{thing.zh}，相互矛盾。",
                        f"{second} and {first} at {scenario.where[other]} both change {thing.en} and contradict each other.",
                    ),
                    Text("只留一个，或分成两个情景。", "Keep one of them, or make two scenarios."),
                )
            )
        for row in target.ids:
            seen.setdefault((target.table, row), []).append(number)
    return problems


def _meet(one: Target, other: Target, row: str) -> bool:
    """Whether two edits of one thing are about the same of it: of a street, stretches that have a part in common."""
    stretches = [[part[1:] for part in target.stretch if part[0] == row] for target in (one, other)]
    if not all(stretches):
        return not (one.stretch and other.stretch)
    return any(max(a[0], b[0]) < min(a[1], b[1]) for a in stretches[0] for b in stretches[1])


def _agree(one: Edit, other: Edit) -> bool:
    """Whether two edits of one thing can be made together: changes of different facts, and nothing else.

    Bundles of measures add up, and never contradict each other.
    """
    changes = ("change_", "renew_")
    if not (one.op.startswith(changes) and other.op.startswith(changes)):
        return False
    return not (set(one.given()) & set(other.given())) - {"measures"}
