"""Parse the package's YAML files of defaults once: `corridor/data/parsed.json`, read instead of them while they match.

python3 scripts/parse_defaults.py      after every change of a file in corridor/data
"""

from __future__ import annotations

from pathlib import Path

from corridor.config import parsed_data

DATA = Path(__file__).resolve().parent.parent / "corridor" / "data"


def main() -> None:
    """Write `parsed.json`."""
    target = DATA / "parsed.json"
    target.write_text(parsed_data(DATA.glob("*.yaml")), encoding="utf-8", newline="\n")
    print(f"{target}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
