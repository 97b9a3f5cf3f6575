"""Measure the engine against its peers on the same work, and check that the answers agree.

    python3 scripts/bench.py                       5k, 100k and 1m nodes, one thread, every peer installed
    python3 scripts/bench.py --write-readme        the same, and its table goes into the README
    python3 scripts/bench.py --size 100k --threads 2 --peers scipy --markdown
    python3 scripts/bench.py --measures 10         one suggested measure of ten: does it mend what it is for (1: all)
    python3 scripts/bench.py --real las_palmas     all buildings × all categories of an OSM extract

Needs the extra `bench`. What is measured, and how: scripts/bench/__init__.py.
"""

import importlib.util
import os
import sys

import _setup

NEEDED = ("corridor", "geopandas", "numba", "pandana", "scipy")


def main(arguments):
    """Run the benchmark in the project's environment, or in the present one where it is complete."""
    if arguments[:1] in (["-h"], ["--help"]):
        _setup.say(__doc__.strip())
        return 0
    scripts = str(_setup.ROOT / "scripts")
    path = [scripts, str(_setup.ROOT), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(name for name in path if name)
    sys.path.append(str(_setup.ROOT))
    complete = all(importlib.util.find_spec(name) for name in NEEDED)
    python = sys.executable if complete else _setup.ready(["bench"])
    return _setup.call(python, ["-m", "bench", *arguments])


if __name__ == "__main__":
    sys.exit(_setup.run(main))
