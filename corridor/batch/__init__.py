"""Work too large for one call: many tasks on this machine's processors or on a cluster, cities as tiles.

Everything runs through one seam (`run`): in this process, in a pool of processes or on a Dask cluster. The results
are the same wherever and by however many workers they are made. Cities in tiles: `corridor.batch.tiles`, a module
by itself, so that a worker that does other work starts without the libraries for maps and tables.
"""

from corridor.batch._executors import Progress, run, run_all
from corridor.batch._held import Outcome
from corridor.batch._workers import Workers

__all__ = ["Outcome", "Progress", "Workers", "run", "run_all"]
