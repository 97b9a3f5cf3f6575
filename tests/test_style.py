"""What no committed file may hold: addresses of package registries, paths of one machine, telephone numbers."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Written in pieces, so that this file does not hold what it looks for. Tests that prove that such things do not
# leak need some: "somebody" and "x" stand for a user, eight zeros for a telephone number.
REGISTRIES = re.compile(r"py" r"pi\.org|python" r"hosted|registry\.npm" r"js|deb\.deb" r"ian")
MACHINE = re.compile(
    r"(?<![\w.])/(?:wo" r"rk|ro" r"ot|ho" r"me|Us" r"ers|t" r"mp)/(?!(?:somebody|x)\b)\w|[A-Z]:\\Us" r"ers\\"
)
TELEPHONE = re.compile(
    r"(?<![\w.])(?:\+86[ -]?)?1[3-9]\d[ -]?(?!00000000)\d{4}[ -]?\d{4}(?![\w.])"  # mobile
    r"|(?<![\w.])0\d{2,3}-\d{7,8}(?!\w)"  # with area code
)


def committed() -> dict[str, str]:
    """Return the text files of the checkout that git knows, by path."""
    try:
        names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs git and a checkout")
    files = {}
    for name in filter(None, names.decode("utf-8").split("\0")):
        path = ROOT / name
        if path.is_file() and b"\0" not in (data := path.read_bytes()):
            files[name] = data.decode("utf-8", "replace")
    return files


def places(pattern: re.Pattern[str]) -> list[str]:
    """Return file:line of every match in the committed files."""
    return [
        f"{name}:{number}: {match[0]}"
        for name, text in committed().items()
        for number, line in enumerate(text.splitlines(), 1)
        for match in pattern.finditer(line)
    ]


@pytest.mark.parametrize(
    ("pattern", "sample"),
    [
        (REGISTRIES, "https://py" + "pi.org/simple"),
        (MACHINE, "see /ho" + "me/someone/data"),
        (MACHINE, "C:\\Us" + "ers\\someone"),
        (TELEPHONE, "电话：138" + "12345678"),
        (TELEPHONE, "+86 138 " + "1234 5678"),
        (TELEPHONE, "021-" + "62345678"),
    ],
)
def test_pattern_finds(pattern, sample):
    assert pattern.search(sample)


@pytest.mark.parametrize("pattern", [REGISTRIES, MACHINE, TELEPHONE], ids=["registry", "machine path", "telephone"])
def test_no_committed_file_holds(pattern):
    assert places(pattern) == []


def test_no_lock_file_of_uv():
    # It carries the addresses of the registry it was made with; constraints.txt does not.
    assert [name for name in committed() if name.endswith("uv.lock")] == []
