"""The watched page itself: it must see what it is there to see."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser


def page(folder: Path, body: str) -> Path:
    path = folder / "页面.html"
    path.write_text(f"<!doctype html><meta charset='utf-8'><link rel='icon' href='data:,'>{body}", encoding="utf-8")
    return path


def test_a_quiet_page_leaves_no_trace(watched, tmp_path):
    opened = watched.open(page(tmp_path, "<h1>定西路</h1><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"))
    assert opened.inner_text("h1") == "定西路"
    assert watched.requests
    assert watched.external == []
    assert watched.errors == []


def test_requests_and_errors_are_recorded(watched, tmp_path):
    watched.open(
        page(
            tmp_path,
            "<img src='http://tiles.invalid/1.png'>"
            "<script>console.error('from the console'); setTimeout(() => { throw new Error('uncaught') })</script>",
        )
    )
    watched.page.wait_for_timeout(200)
    assert watched.external == ["http://tiles.invalid/1.png"]
    assert any("from the console" in line for line in watched.errors)
    assert any("uncaught" in line for line in watched.errors)


def test_chinese_is_drawn_with_real_glyphs(watched, tmp_path):
    # A missing font draws the same box for every sign.
    watched.open(page(tmp_path, "<span id='a'>定</span><br><span id='b'>西</span>"))
    first, second = (watched.page.locator(name).screenshot() for name in ("#a", "#b"))
    assert first != second
