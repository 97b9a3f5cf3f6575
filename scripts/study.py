"""From a fresh checkout to the map: prepare what is needed, run a study, say where the map is.

    python3 scripts/study.py                              the bundled study, geodata/dingxi
    python3 scripts/study.py my/study.yaml                a study of your own (file or folder)
    python3 scripts/study.py my/study.yaml --lang en      further options go to `corridor study`

The first run needs a network and some minutes; later runs need neither. Results go to output/<study>/
unless `-o DIR` says otherwise. 用法同上：首次运行需要网络，结果在 output/ 下。
"""

import sys
from pathlib import Path

import _setup


def main(arguments):
    """Run `corridor study` in the project's environment and return its exit code."""
    if arguments[:1] in (["-h"], ["--help"]):
        _setup.say(__doc__.strip())
        return 0
    study, options = str(_setup.ROOT / "geodata" / "dingxi"), list(arguments)
    if options and not options[0].startswith("-"):
        study = options.pop(0)
    python = _setup.ready()
    folder = _output(options)
    if folder is None:
        path = Path(study).resolve()
        folder = _setup.ROOT / "output" / (path.parent if path.suffix else path).name
        options += ["-o", str(folder)]
    code = _setup.call(python, ["-m", "corridor", "study", study, *options])
    page = folder.resolve() / "map.html"
    if code == 0 and page.is_file():
        stream = sys.stderr if "--json" in options else sys.stdout
        _setup.say(f"地图已生成，请用浏览器打开 / The map is ready, open it in a browser: {page}", stream)
    return code


def _output(options):
    """Return the folder named by -o or --output, or None."""
    for place, option in enumerate(options):
        if option in ("-o", "--output"):
            return Path("".join(options[place + 1 : place + 2]))
        for start in ("--output=", "-o"):
            if option.startswith(start):
                return Path(option[len(start) :])
    return None


if __name__ == "__main__":
    sys.exit(_setup.run(main))
