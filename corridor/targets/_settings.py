"""The aims as set, and whether the tables can answer them."""

from __future__ import annotations

from corridor import schemas
from corridor.config import StudyConfig, Target, Targets, did_you_mean, read_yaml, validate
from corridor.errors import ConfigError, Problem, Text


def read_targets(config: StudyConfig, *, default: bool = False) -> Targets | None:
    """Return the aims of a study.

    Parameters
    ----------
    config : StudyConfig
        `targets` holds them, or names a file that does.
    default : bool
        Return the five figures of the letter where the study names none.

    Returns
    -------
    Targets or None

    Raises
    ------
    ConfigError
        With every column that its table does not have, or that holds something else than is asked of it.
    """
    chosen, where = config.targets, f"{config.file.name}: targets"
    if chosen is None:
        return Targets.model_validate({}) if default else None
    if chosen.file is not None:
        path = config.resolve(chosen.file)
        day = chosen.as_of
        chosen, where = validate(Targets, read_yaml(path)), path.name
        if day is not None:
            chosen = chosen.model_copy(update={"as_of": day})
    problems = [problem for key, target in chosen.items.items() for problem in _faults(f"{where}.items.{key}", target)]
    if problems:
        raise ConfigError(problems)
    return chosen


def _faults(where: str, target: Target) -> list[Problem]:
    table = schemas.TABLES[target.table]
    types = {column.name: column.dtype for column in table.columns if column.name != "geometry"}
    dates = [name for name, dtype in types.items() if dtype == "date"]
    numbers = [name for name, dtype in types.items() if dtype in {"float", "int"}]
    asked = [
        *(("where", name, list(types)) for name in target.where),
        *(("date", name, dates) for name in target.date),
        *(("also", name, dates) for name in target.also),
        *([("column", target.column, numbers)] if target.column else []),
    ]
    return [
        Problem(
            f"{where}.{key}",
            Text(
                f"表 {target.table} 没有可用的列“{name}”。", f"the table {target.table} has no fitting column {name!r}."
            ),
            did_you_mean(name, known),
        )
        for key, name, known in asked
        if name not in known
    ]
