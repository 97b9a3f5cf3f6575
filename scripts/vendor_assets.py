"""Fetch the browser libraries that map pages carry inside, as the npm packages publish them.

    python scripts/vendor_assets.py           fetch, compare with the manifest, write
    python scripts/vendor_assets.py --update  fetch and accept what came (after changing a version below)

Needs npm. The pages themselves need neither npm nor a network: the files lie in `corridor/maps/vendor/`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "corridor" / "maps" / "vendor"
MANIFEST = VENDOR / "manifest.json"
PACKAGES = {
    "leaflet": (
        "1.9.4",
        "BSD-2-Clause",
        {
            "dist/leaflet.js": "leaflet.js",
            "dist/leaflet.css": "leaflet.css",
            "dist/images/layers.png": "layers.png",
            "dist/images/layers-2x.png": "layers-2x.png",
            "dist/images/marker-icon.png": "marker-icon.png",
            "LICENSE": "leaflet.LICENSE",
        },
    ),
    "fflate": ("0.8.3", "MIT", {"umd/index.js": "fflate.js", "LICENSE": "fflate.LICENSE"}),
}


def fetch(package: str, version: str, members: dict[str, str], folder: Path) -> dict[str, bytes]:
    """Return the wanted files of one npm package by their names in `vendor/`."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is needed to fetch the browser libraries; the committed copies work without it")
    subprocess.run([npm, "pack", "--silent", f"{package}@{version}"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    files = {}
    with tarfile.open(folder / f"{package}-{version}.tgz") as archive:
        for member, name in members.items():
            content = archive.extractfile(f"package/{member}")
            if content is None:
                sys.exit(f"{package} {version} has no file {member}")
            files[name] = content.read()
    return files


def main() -> None:
    """Fetch all packages, compare or update the manifest, write the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--update", action="store_true", help="accept new contents and rewrite the manifest")
    update = parser.parse_args().update
    known = json.loads(MANIFEST.read_text("utf-8")) if MANIFEST.exists() else {}
    manifest, contents = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for package, (version, licence, members) in PACKAGES.items():
            for name, content in fetch(package, version, members, Path(folder)).items():
                digest = hashlib.sha256(content).hexdigest()
                manifest[name] = {"package": package, "version": version, "licence": licence, "sha256": digest}
                contents[name] = content
    if not update and manifest != known:
        changed = sorted(name for name in manifest | known if manifest.get(name) != known.get(name))
        sys.exit(f"differs from the manifest: {', '.join(changed)}. If that is meant, run again with --update")
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (VENDOR / name).write_bytes(content)
    MANIFEST.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", "utf-8")
    print(f"{len(contents)} files in {VENDOR}")


if __name__ == "__main__":
    main()
