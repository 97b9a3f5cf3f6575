"""Photos for a map's cards: small pictures inside the page, without what a camera writes beside them."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Iterable
from pathlib import Path

from corridor.errors import Notice, Text

# A card is 320 px wide; a page holds some hundreds of photos at most.
MOST_PX = 240
MOST_BYTES = 20_000
MOST_FILE_BYTES = 30_000_000
MOST_PAGE_BYTES = 4_000_000
_QUALITIES = (78, 60, 45, 30, 18)


def thumbnails(folder: Path, names: Iterable[str]) -> tuple[dict[str, str], tuple[Notice, ...]]:
    """Return photos as data URIs.

    Parameters
    ----------
    folder : Path
        Where the survey's file lies.
    names : iterable of str
        Photo files, relative to it. All together take no more than 4 MB; the rest is left out with a notice.

    Returns
    -------
    uris : dict of name to str
        JPEG no wider or higher than 240 px and no larger than 20 kB, turned upright, without place, time or camera.
    notices : tuple of Notice
        Files that are no pictures, or too many.
    """
    out: dict[str, str] = {}
    notices: list[Notice] = []
    total = 0
    for name in sorted(set(names)):
        data = thumbnail(folder / name)
        if data is None:
            what = Text("照片打不开或太大，不显示。", "the photo cannot be opened or is too large; not shown.")
            notices.append(Notice("survey-photo", "W", what, file=name))
            continue
        if total + len(data) > MOST_PAGE_BYTES:
            what = Text("照片太多，其余不嵌入地图。", "too many photos; the others are not put into the map.")
            notices.append(Notice("survey-photos", "W", what, file=name))
            break
        total += len(data)
        out[name] = f"data:image/jpeg;base64,{base64.b64encode(data).decode('ascii')}"
    return out, tuple(notices)


def thumbnail(path: Path) -> bytes | None:
    """Return a photo as a small JPEG, None where it is none or unreasonably large."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as photo:
                photo.draft("RGB", (2 * MOST_PX, 2 * MOST_PX))
                picture = ImageOps.exif_transpose(photo).convert("RGB")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError, Warning):
        return None
    picture.thumbnail((MOST_PX, MOST_PX))
    # Saved anew: nothing of the camera's own data is carried over.
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    for quality in _QUALITIES:
        out = io.BytesIO()
        clean.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()
