"""What all tests share: where the real extracts lie, and where the bundled study is."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real inputs beside the project; absent on a user's machine."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the real OSM extracts in ../shared, which lie beside the project only in development and CI")
    return folder


@pytest.fixture(scope="session")
def belt() -> Path:
    """Folder of the bundled study."""
    return ROOT / "geodata" / "dingxi"
