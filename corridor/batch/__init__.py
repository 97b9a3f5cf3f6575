"""Work too large for one call: many tasks on this machine's processors or on a cluster, cities as tiles.

Everything runs through one seam (`run`): in this process, in a pool of processes or on a Dask cluster. The results
are the same wherever and by however many workers they are made.
"""

from corridor.batch._executors import Progress, Workers, run, run_all
from corridor.batch._held import Outcome
from corridor.batch._tiles import tiled

__all__ = ["Outcome", "Progress", "Workers", "run", "run_all", "tiled"]
