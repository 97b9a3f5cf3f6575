"""Planning toolkit for walkable innovation districts.

>>> import corridor
>>> study = corridor.open_study("geodata/dingxi")  # doctest: +SKIP
>>> base = corridor.evaluate(study)  # doctest: +SKIP
>>> corridor.show(base)  # doctest: +SKIP
>>> batch = corridor.run_batch(study, "geodata/dingxi/scenarios.yaml")  # doctest: +SKIP
>>> corridor.show(batch)  # doctest: +SKIP
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Heavy libraries load with the first name that needs them, so that `import corridor` stays instant.
_HOMES = {
    "open_study": "study",
    "StudyArea": "study",
    "evaluate": "evaluation",
    "Evaluation": "evaluation",
    "run_batch": "batch.scenarios",
    "Workers": "batch",
    "show": "report",
    "write_map": "maps",
    "write_report": "report",
    "CorridorError": "errors",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'corridor' has no attribute {name!r}")
    return getattr(import_module(f"corridor.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
