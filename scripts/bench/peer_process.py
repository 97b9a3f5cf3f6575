"""One peer as a program of its own: python -m bench.peer_process PEER FOLDER THREADS. Tells each time as a line of JSON.

A process of its own has memory of its own to measure, and can be stopped when it takes too long.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

from bench.board import Board, Time, peak_mb
from bench.given import Answers, Given
from bench.peers import PEERS


class Telling(Board):
    """A board that hands every time on."""

    def add(self, item: Time) -> None:
        """Tell one time, with the largest memory so far."""
        print(json.dumps(asdict(replace(item, peak_mb=peak_mb()))), flush=True)


def main(name: str, folder: str, threads: str) -> None:
    """Run a peer on what stands in the folder."""
    PEERS[name](Given.load(Path(folder)), Answers.load(Path(folder)), Telling(int(threads)))


if __name__ == "__main__":
    main(*sys.argv[1:4])
