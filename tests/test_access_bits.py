"""The same bits: in another process with another hash seed, on shuffled tables, on one thread or two."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from worlds import world

from corridor import access
from corridor.access.decay import Gaussian


def digest(shuffle: int, threads: int) -> str:
    """Return a hash of every measure's table on one world, its tables shuffled."""
    drawn = world(5, towns=40)
    rng = np.random.default_rng(shuffle)
    origins = drawn.origins.assign(people=np.arange(len(drawn.origins)) / 7)
    goals = drawn.opportunities.assign(floor=np.arange(len(drawn.opportunities)) / 3)
    goals["source_id"] = goals.index
    people = origins["people"]
    a, b = origins.iloc[rng.permutation(len(origins))], goals.iloc[rng.permutation(len(goals))]
    options = {"threads": threads}
    tables = [
        access.nearest(drawn.network, a, b, cutoff_dm=900, **options),
        access.cumulative(drawn.network, a, b, cutoffs_dm=[90, 900], weight="floor", **options),
        access.gravity(drawn.network, a, b, Gaussian(40), cutoff_dm=900, weight="floor", **options),
        access.floating_catchment(
            drawn.network, a, b, Gaussian(40), demand=people, supply="floor", cutoff_dm=900, **options
        ),
        access.proximity(drawn.network, a, b, k=2, cutoff_dm=900, **options),
        access.mixed_use(drawn.network, a, b, cutoff_dm=900, **options),
    ]
    tables = [table.loc[origins.index] for table in tables]
    tables += [
        access.betweenness(
            drawn.network, a, b, radius_dm=900, origin_weight="people", opportunity_weight="floor", **options
        ).to_frame(),
        access.travel_table(drawn.network, a, b, cutoff_dm=900, **options).sort_values(
            ["origin", "opportunity"], ignore_index=True
        ),
    ]
    text = "".join(pd.DataFrame(table).to_csv(float_format="%a") for table in tables)
    return hashlib.sha256(text.encode()).hexdigest()


def test_another_process_gives_the_same_bits():
    here = Path(__file__).parent
    code = "from test_access_bits import digest; print(digest(2, 2))"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)])}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == digest(1, 1)
