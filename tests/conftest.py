"""What all tests share: the real extracts, the bundled study, and a browser that tells what it asked for."""

from __future__ import annotations

import gc
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from corridor.evaluation import Evaluation
    from corridor.sources import Extract
    from corridor.study import StudyArea

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "msedge", "chrome")
BROWSER_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# A busy machine must not fail a property: time is measured by the benchmarks, not by hypothesis.
settings.register_profile("corridor", deadline=None)
settings.load_profile("corridor")
# As the command line does: tests make many small objects, and looking for cycles among them takes a tenth of the time.
gc.set_threshold(200_000, 20, 20)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run slow tests last, the longest of them first, and benchmarks only when `-m` asks for them.

    So the first failure is seen early, and no process waits for another that has begun a long test at the very end.
    """
    if "bench" not in config.getoption("markexpr"):
        benches = [item for item in items if item.get_closest_marker("bench")]
        config.hook.pytest_deselected(items=benches)
        items[:] = [item for item in items if item not in benches]
    items.sort(key=_place)


def _place(item: pytest.Item) -> tuple[bool, float]:
    """Return where a test stands: those that are not slow, then by the seconds their mark tells."""
    mark = item.get_closest_marker("slow")
    return (False, 0.0) if mark is None else (True, -float(*mark.args))


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder that keeps what was read, one for all processes of this run: who is second need not read again."""
    folder = tmp_path_factory.getbasetemp()
    return (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "kept"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(kept: Path) -> Iterator[None]:
    """Let commands keep what they read in a folder of the tests, not in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(kept))
        patch.setenv("LOCALAPPDATA", str(kept))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real inputs beside the project; absent on a user's machine."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the real OSM extracts in ../shared, which lie beside the project only in development and CI")
    return folder


@pytest.fixture(scope="session")
def las_palmas(shared: Path, kept: Path) -> Extract:
    """A whole city as read from its file, within a minute: by the process that needs it first."""
    from corridor.sources import read_osm

    start = time.process_time()
    extract = read_osm(shared / "osm" / "las_palmas.osm.pbf", cache=kept)
    assert time.process_time() - start < 60
    return extract


@pytest.fixture(scope="session")
def belt() -> Path:
    """Folder of the bundled study."""
    return ROOT / "geodata" / "dingxi"


@pytest.fixture(scope="session")
def belt_study(belt: Path, kept: Path) -> StudyArea:
    """The bundled study as read: once for all tests, none of which changes it."""
    from corridor.study import open_study

    return open_study(belt, cache=kept)


@pytest.fixture(scope="session")
def belt_evaluation(belt_study: StudyArea) -> Evaluation:
    """All of the bundled study's results: once for all tests, none of which changes them."""
    from corridor.evaluation import evaluate

    return evaluate(belt_study)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium-like browser; without one the test is skipped, in CI it fails."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        missing = f"needs a browser: none of {', '.join(BROWSERS)} is on PATH (Debian: apt install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@dataclass
class Watched:
    """A page and what it did: every address it asked for, every error it reported."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def external(self) -> list[str]:
        """Requests that would leave the machine."""
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:", "about:"))]

    def open(self, path: Path) -> Page:
        """Open a file of this machine and wait until it has loaded."""
        self.page.goto(path.resolve().as_uri(), wait_until="load")
        return self.page


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One running browser; closed with the module, since its event loop would be in the way of others."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(BROWSER_ARGS))
        yield browser
        browser.close()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A fresh page with no network, whose requests and errors (console, uncaught) are recorded."""
    context = browser.new_context(offline=True, locale="zh-CN", viewport={"width": 1440, "height": 900})
    watched = Watched(context.new_page())
    context.on("request", lambda request: watched.requests.append(request.url))
    context.on("console", lambda message: watched.errors.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: watched.errors.append(str(error.error)))
    yield watched
    context.close()
