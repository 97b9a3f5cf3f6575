"""A baseline that answers at once, so that the tests of runs are about the runs; and the command line with it.

What a scenario does is in its name: "die" ends its worker, "once" does where the file named by ONCE
is not there yet, "hang" never ends, "bug" raises, "slow" takes its time,
"wrong" gives another answer when computed in full. `main` runs `corridor` with it, for what needs a process of its own.
"""

from __future__ import annotations

import dataclasses
import os
import pickle
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from corridor.scenarios import Result
from corridor.scenarios._gain import Map, Moved, Where, gains
from corridor.scenarios._result import Buildings

CODES = ("score.median", "coverage.area.residents.edu.kinder")
AT = np.zeros(1, np.int64)
PLACES = Map.of(["Main Road"], ["north"], {}, [])


@dataclasses.dataclass(frozen=True)
class Quick:
    """Stands for `corridor.scenarios.Baseline`."""

    evaluation: object
    segments = None

    @property
    def indicators(self):
        """The study as it is."""
        words = {"group": "score", "zh": "指标", "en": "indicator", "unit": "0–100"}
        value = pd.array([50.0, None], dtype="Float64")
        return pd.DataFrame({**words, "value": value}, index=pd.Index(CODES, name="code"))

    def run(self, resolved, *, full=False):
        scenario = resolved.scenario
        name = scenario.name.en
        if "once" in name and not Path(os.environ["ONCE"]).exists():
            Path(os.environ["ONCE"]).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if "die" in name:
            os.kill(os.getpid(), signal.SIGKILL)
        if "hang" in name:
            time.sleep(1000)
        if "bug" in name:
            raise ZeroDivisionError("no reason")
        if "slow" in name:
            time.sleep(0.03)
        step = (int(scenario.id[:4], 16) % 200 - 100) / 10 + (1.0 if full and "wrong" in name else 0.0)
        columns = {"before": 50.0, "after": 50.0 + step, "change": step, "residents": 10.0, "workers": 5.0}
        buildings = Buildings(
            ["way/201"], {name: np.array([number]) for name, number in columns.items()}, ["Main Road"], ["north"]
        )
        gain = gains(buildings, Where(AT, AT), Moved(np.zeros(0), Where(AT[:0], AT[:0])), PLACES, scenario.cost)
        value = np.array([50.0 + step, np.nan])
        return Result(scenario.id, scenario.names, scenario.cost, self.indicators, value, buildings, gain, 3, 60, 0.0)

    def run_full(self, resolved):
        return self.run(resolved, full=True)


class Builder:
    """Stands for the class: building reads an evaluation made before."""

    def __init__(self, evaluation):
        self.evaluation = evaluation

    def build(self, study, *, streets=False, known=None, cache=None):
        return Quick(self.evaluation)


def main():
    """Run `corridor` with the evaluation pickled at argv[1]."""
    import corridor.batch.scenarios as batch
    from corridor.cli import main as corridor_main

    # Where the tests run in the background, Ctrl-C is ignored and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    batch.Baseline = Builder(pickle.loads(Path(sys.argv.pop(1)).read_bytes()))
    limit = os.environ.get("LARGEST_FILE")
    if limit:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    corridor_main()
