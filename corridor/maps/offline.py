"""What makes a page safe to open anywhere: no address, no script but ours, data that cannot become code."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any


def closed(code: str, tag: str) -> str:
    """Return code that cannot end its element early; all our sources are plain of it, folium's may not be."""
    return re.sub(rf"</({tag})", r"<\\/\1", code, flags=re.IGNORECASE)


def policy(scripts: list[str], styles: list[str]) -> str:
    """Return the content security policy of a page: these scripts, these styles, nothing fetched."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(_sources(scripts))}",
            f"style-src {' '.join(_sources(styles))}",
            "img-src data:",
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def island(data: dict[str, Any]) -> str:
    """Return the data as JSON in which no character can end the element or start a comment."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def _sources(texts: list[str]) -> list[str]:
    digests = (base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") for text in texts)
    return [f"'sha256-{digest}'" for digest in digests]
