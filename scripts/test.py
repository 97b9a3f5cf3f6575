"""Every check of the project with one command: lint, layers, types, tests (fast ones first).

    python3 scripts/test.py                         all of it
    python3 scripts/test.py tests/test_crs.py -x    only pytest, with these arguments

Browser tests need Chromium and a Chinese font. As root on Debian they are installed here; elsewhere
those tests are skipped and say so, and with CI=true they fail instead.
"""

import os
import shutil
import subprocess
import sys
import time

import _setup

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "msedge", "chrome")
LAYERS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
# Run beside the linters: these compile nearly all kernels, which are then there for both of pytest's processes.
FIRST = (
    "tests/test_cli.py::test_study_writes_everything_and_says_where",
    "tests/test_scenarios_run.py::test_78_79_empty_is_the_baseline_and_nothing_reachable_is_a_result",
)
LINT = (
    ("ruff", ["-m", "ruff", "check", "."]),
    ("import-linter", ["-c", LAYERS]),
    ("mypy", ["-m", "mypy"]),
)


def main(arguments):
    """Run the checks in the project's environment; return 0 when all are green, else 1."""
    if arguments[:1] in (["-h"], ["--help"]):
        _setup.say(__doc__.strip())
        return 0
    python = _setup.ready(["test"])
    _browser()
    os.chdir(str(_setup.ROOT))
    # The tests start Python some two hundred times; compiling every module each time would double that.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    pytest = ("pytest", ["-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments])
    if arguments:
        failed = _failed(python, [pytest])
    else:
        compiling = _setup.start(python, ["-m", "pytest", "-p", "no:cacheprovider", *FIRST])
        failed = _failed(python, LINT)
        compiling.wait()
        failed += _failed(python, [pytest])
    if failed:
        _setup.say("未通过 / not green: " + ", ".join(failed))
    return 1 if failed else 0


def _failed(python, checks):
    """Run checks, one after the other; return the names of those that are not green."""
    failed = []
    for name, command in checks:
        _setup.say(f"--- {name}")
        start = time.time()
        if _setup.call(python, command) != 0:
            failed.append(name)
        if name != "pytest":  # pytest says it itself, in the closing line
            _setup.say(f"{name}: {time.time() - start:.0f} s")
    return failed


def _browser():
    """Install Chromium and Chinese fonts where that is possible; say in one line where it is not."""
    missing = [] if any(shutil.which(name) for name in BROWSERS) else ["chromium"]
    if sys.platform.startswith("linux") and not _chinese_font():
        missing.append("fonts-noto-cjk")
    if not missing:
        return
    names = " ".join(missing)
    if shutil.which("apt-get") and os.geteuid() == 0:
        _setup.say(f"正在安装 {names}…… / Installing {names} ...")
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        for command in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            done = subprocess.call(
                ["apt-get", "-qq", *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        if done == 0:
            return
    _setup.say(f"缺少 {names}，部分浏览器测试将跳过。 / {names} missing: browser tests may be skipped.")


def _chinese_font():
    listing = shutil.which("fc-list")
    return bool(listing and subprocess.run([listing, ":lang=zh"], stdout=subprocess.PIPE, check=False).stdout)


if __name__ == "__main__":
    sys.exit(_setup.run(main))
