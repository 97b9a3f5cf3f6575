"""The project's own environment in `.venv`: made once, kept true to pyproject.toml and constraints.txt.

Shared by study.py and test.py. Standard library only, and no syntax newer than Python 3.6, so that
an old Python can still say that it is too old.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLD = ROOT / ".venv.old"
STAMP = VENV / "corridor.json"
LOG = ROOT / "build" / "install.log"
OLDEST = (3, 11)

# What pip and uv write when the network, not the project, is at fault.
_NO_NETWORK = re.compile(
    r"Retrying \(Retry|NewConnectionError|ProxyError|getaddrinfo|name resolution|Name or service not known"
    r"|from versions: none|dns error|Failed to fetch|error sending request|Connection refused|timed out"
    r"|Network is unreachable",
    re.IGNORECASE,
)
# A line that tells what went wrong, unlike pip's own frame around it.
_ERROR = re.compile(r"^(?!.*(subprocess-exited|error originates)).*(error|no module named)", re.IGNORECASE)


class Stop(Exception):  # noqa: N818 - it ends the script with one sentence, it is no fault of the program
    """Nothing more can be done here: why, and what to do, in Chinese and English on one line."""

    def __init__(self, zh, en):
        super().__init__(f"{zh} / {en}")


def say(line, stream=None):
    """Print `line`; what the console's encoding lacks (GBK on Windows) becomes "?" instead of a crash."""
    stream = stream or sys.stdout
    encoding = stream.encoding or "utf-8"
    print(line.encode(encoding, "replace").decode(encoding), file=stream, flush=True)


def run(main):
    """Call `main(arguments)` and return its exit code; a `Stop` is one line on stderr and exit code 2."""
    try:
        if sys.version_info < OLDEST:
            this = ".".join(map(str, sys.version_info[:3]))
            raise Stop(
                f"需要 Python 3.11 或更新版本，当前是 {this}：请安装新版后再运行。",
                f"Python 3.11 or newer is needed, this is {this}: install a newer one and run again.",
            )
        return main(sys.argv[1:])
    except Stop as stop:
        say(str(stop), sys.stderr)
        return 2
    except OSError as error:
        say(f"无法读写文件：{error} / a file cannot be read or written: {error}", sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def ready(extras=()):
    """Return the path of the environment's Python, after making or updating the environment where needed.

    Parameters
    ----------
    extras : iterable of str
        Extras of pyproject.toml that must be installed; those installed earlier are kept.

    Raises
    ------
    Stop
        No way to make an environment, or the packages could not be installed.
    """
    python = VENV.joinpath(*(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
    stamp = _read_stamp()
    wanted = _stamp(sorted(set(extras) | set(stamp.get("extras", ()))))
    if stamp == wanted and python.exists():
        return python
    kept = _usable(python) and stamp.get("root", str(ROOT)) == str(ROOT)
    say(
        "正在准备软件环境 .venv（首次运行或依赖变化时，约需几分钟）…… / "
        "Preparing the environment .venv (first run or changed requirements, some minutes) ...",
        sys.stderr,
    )
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_bytes(b"")
    try:
        if not kept:
            _make(python)
        _install(python, wanted["extras"])
    except BaseException:  # also an interrupt: a half-made environment must not meet the next run
        if not kept:
            shutil.rmtree(str(VENV), ignore_errors=True)
            if OLD.exists():
                OLD.rename(VENV)
        raise
    shutil.rmtree(str(OLD), ignore_errors=True)
    draft = STAMP.with_suffix(".new")
    draft.write_text(json.dumps(wanted, indent=1), encoding="utf-8")
    draft.replace(STAMP)
    return python


def call(python, arguments):
    """Run the environment's Python with `arguments` from where the user stands; return its exit code."""
    return subprocess.call([str(python), *arguments], env=_environment())


def start(python, arguments):
    """Start the environment's Python with `arguments`, silent and beside what goes on; return its process."""
    quiet = subprocess.DEVNULL
    return subprocess.Popen([str(python), *arguments], env=_environment(), stdin=quiet, stdout=quiet, stderr=quiet)


def _environment():
    # ":replace" keeps the console's encoding and only changes what happens to signs it does not have.
    environment = dict(os.environ)
    environment.setdefault("PYTHONIOENCODING", ":replace")
    return environment


def _stamp(extras):
    inputs = b"\0".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt"))
    return {
        "root": str(ROOT),  # an editable install holds the path: a moved checkout needs a new one
        "python": "{}.{}".format(*sys.version_info[:2]),
        "inputs": hashlib.sha256(inputs).hexdigest(),
        "extras": list(extras),
    }


def _read_stamp():
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _usable(python):
    """Tell whether `.venv` holds a working Python of the running version, and a way to install into it."""
    probe = "import sys{}; print('%d.%d' % sys.version_info[:2])".format("" if shutil.which("uv") else ", pip")
    try:
        answer = subprocess.check_output([str(python), "-c", probe], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return False
    return answer.decode().strip() == "{}.{}".format(*sys.version_info[:2])


def _make(python):
    """Make `.venv` anew: with pip by venv, else without pip by uv."""
    uv = shutil.which("uv")
    base = getattr(sys, "_base_executable", None) or sys.executable
    if all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        command = [base, "-m", "venv", str(VENV)]
    elif uv:
        command = [uv, "venv", "--python", base, str(VENV)]
    else:
        raise Stop(
            "这个 Python 缺少 venv 或 ensurepip（pip）：请安装后再运行（Debian、Ubuntu：apt install python3-venv）。",
            "this Python has no venv or no ensurepip (pip): install them and run again "
            "(Debian, Ubuntu: apt install python3-venv).",
        )
    if VENV.exists():  # kept aside until the new one stands: without a network the old one comes back
        shutil.rmtree(str(OLD), ignore_errors=True)
        try:
            VENV.rename(OLD)
        except OSError:
            raise Stop(
                f"无法移开旧环境 {VENV}：请关闭正在使用它的程序后再运行。",
                f"the old environment {VENV} cannot be moved away: close the programs that use it and run again.",
            ) from None
    if _logged(command) != 0 or not python.exists():
        raise Stop(
            f"无法在 {VENV} 建立环境（详见 {LOG}）：请检查磁盘空间与写入权限后再运行。",
            f"no environment could be made in {VENV} (see {LOG}): check disk space and permissions, run again.",
        )


def _install(python, extras):
    """Install the project (editable) and `extras` with uv where it is on PATH, else or failing that with pip."""
    if STAMP.exists():
        STAMP.unlink()
    target = str(ROOT) + (f"[{','.join(extras)}]" if extras else "")
    what = ["install", "--constraint", str(ROOT / "constraints.txt"), "--editable", target]
    uv = shutil.which("uv")
    # uv does not read pip's settings, where an intranet's mirror often stands: so pip gets its turn as well.
    # Compiled now, once: pip does so by itself, and the first map should not wait for it.
    if uv and _logged([uv, "pip", *what[:1], "--compile-bytecode", "--python", str(python), *what[1:]]) == 0:
        return
    if _logged([str(python), "-m", "pip", "--disable-pip-version-check", *what]) == 0:
        return
    report = LOG.read_text(encoding="utf-8", errors="replace")
    if _NO_NETWORK.search(report):
        raise Stop(
            f"无法下载软件包：首次运行需要网络，请联网后再运行（详见 {LOG}）。",
            f"packages could not be downloaded: the first run needs a network, connect and run again (see {LOG}).",
        )
    errors = [line.strip() for line in report.splitlines() if _ERROR.search(line)]
    last = errors[-1] if errors else "?"
    raise Stop(f"安装失败（详见 {LOG}）：{last}", f"the installation failed (see {LOG}): {last}")


def _logged(command):
    """Run `command` with its output in the log, count the seconds on a terminal, return the exit code."""
    # pip's own five tries for each package keep someone without a network waiting for minutes.
    environment = dict(os.environ)
    environment.setdefault("PIP_RETRIES", "2")
    with LOG.open("ab") as log:
        log.write(("\n> " + " ".join(command) + "\n").encode("utf-8"))
        log.flush()
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=str(ROOT)
        )
        seconds = 0
        try:
            while True:
                try:
                    return process.wait(timeout=1)
                except subprocess.TimeoutExpired:
                    seconds += 1
                    if sys.stderr.isatty():
                        print(f"{seconds} s", end="\r", file=sys.stderr, flush=True)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
