"""Live Overpass and Nominatim through OSMnx, with its habits mended.

OSMnx takes a partial answer for a whole one, keeps empty answers for ever, retries without end, and replaces
`socket.getaddrinfo`. So every answer passes `_Guard` before OSMnx sees it, waiting and retrying are done here and
bounded, OSMnx's cache is a temporary folder, and all it sets is set back.
"""

from __future__ import annotations

import io
import json
import secrets
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import urlparse

import shapely
from shapely.geometry.base import BaseGeometry

from corridor.errors import CorridorError, Problem, SourceError, Text
from corridor.sources import _rules

Progress = Callable[[Text], None]
_BUSY = frozenset((429, 500, 502, 503, 504))
_LATER = Text(
    "请稍后再试，或用 --from 给出已下载的 OSM 文件。", "Try again later, or give a downloaded OSM file with --from."
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much a live request may take.

    Attributes
    ----------
    tries : int
        Attempts in all.
    pause_s : float
        Seconds before the second attempt; doubled each time, or what the server asks for if that is more.
    timeout_s : int
        Seconds without a byte; also the server's own limit for the query.
    wall_s : float
        Seconds in all.
    most_bytes : int
        Largest answer.
    """

    tries: int = 5
    pause_s: float = 5.0
    timeout_s: int = 180
    wall_s: float = 900.0
    most_bytes: int = 512 << 20


class _TroubleError(Exception):
    """A request that failed; `again` where another attempt may succeed, `wait_s` as the server asked."""

    def __init__(self, what: Text, *, again: bool, wait_s: float = 0.0) -> None:
        super().__init__(what.en)
        self.what, self.again, self.wait_s = what, again, wait_s


def download(area: BaseGeometry, url: str | None, limits: Limits, progress: Progress) -> list[dict[str, Any]]:
    """Return Overpass's answers (parsed JSON) for all elements a table may take in the bounds of `area`.

    Raises
    ------
    SourceError
        The server stayed busy, cannot be reached, or answers something else than whole Overpass JSON.
    """
    tags = {
        key: sorted(_rules.QUERY_VALUES[key]) if key in _rules.QUERY_VALUES else True for key in sorted(_rules.KEYS)
    }
    box = shapely.box(*area.bounds)

    def ask(ox: ModuleType) -> None:
        from osmnx._errors import CacheOnlyInterruptError

        try:
            ox.features_from_polygon(box, tags)
        except CacheOnlyInterruptError:
            return  # the way OSMnx ends a download whose tables are not wanted

    return _attempts(ask, "overpass", url, limits, progress)


def locate(place: str, url: str | None, limits: Limits, progress: Progress) -> BaseGeometry:
    """Return the boundary of a place by name, or by OSM id such as ``relation/123``, through Nominatim.

    Raises
    ------
    SourceError
        Nothing of that name has a boundary, or several places do: the candidates are listed.
    """
    kind, _, number = place.partition("/")
    by_id = kind in {"way", "relation"} and number.isdigit()
    query = f"{kind[0].upper()}{number}" if by_id else place

    def ask(ox: ModuleType) -> None:
        import osmnx

        try:
            ox.geocode_to_gdf(query, by_osmid=by_id)
        except (TypeError, osmnx._errors.InsufficientResponseError):
            return  # no result, or none with a boundary: told below from the answer itself

    answers = _attempts(ask, "nominatim", url, limits, progress)
    return _choose(place, answers[-1] if answers else [])


def _choose(place: str, results: list[dict[str, Any]]) -> BaseGeometry:
    shapes = {}
    for result in sorted(results, key=lambda r: -float(r.get("importance") or 0)):
        geojson = result.get("geojson") or {}
        if geojson.get("type") in {"Polygon", "MultiPolygon"}:
            label = f"{result.get('osm_type')}/{result.get('osm_id')} {result.get('display_name')}"
            shapes[label] = shapely.make_valid(shapely.from_geojson(json.dumps(geojson)))
    exact = [shape for label, shape in shapes.items() if label.split(" ", 1)[1] == place]
    if exact:
        return exact[0]
    if not shapes:
        names = [str(result.get("display_name")) for result in results]
        found = Text(
            f"只找到没有边界的：{'；'.join(names[:5])}。" if names else "没有找到。",
            f"Found without a boundary: {'; '.join(names[:5])}." if names else "Nothing was found.",
        )
        raise SourceError(
            Problem(
                place,
                Text(f"没有该地名的边界。{found.zh}", f"no boundary of that name. {found.en}"),
                Text("请换一种写法，或给出边界文件。", "Word it differently, or give a boundary file."),
            )
        )
    first = next(iter(shapes.values()))
    others = [label for label, shape in shapes.items() if not shape.intersects(first.representative_point())]
    if others:
        listed = [next(iter(shapes)), *others][:8]
        raise SourceError(
            Problem(
                place,
                Text(f"有多个同名地点：{'；'.join(listed)}。", f"several places have that name: {'; '.join(listed)}."),
                Text(
                    "请写全名或编号（如 relation/123）。",
                    "Write the full name, or an id such as relation/123.",
                ),
            )
        )
    return first


def _attempts(
    ask: Callable[[ModuleType], None], service: str, url: str | None, limits: Limits, progress: Progress
) -> list[Any]:
    """Ask until an answer is whole, with growing pauses, within the limits."""
    import osmnx as ox  # takes seconds: before the clock starts

    guard = _Guard(dict if service == "overpass" else list, limits, time.monotonic() + limits.wall_s)
    with tempfile.TemporaryDirectory(prefix="corridor-") as folder, _settings(ox, service, url, guard, limits, folder):
        host = urlparse(getattr(ox.settings, f"{service}_url")).netloc
        attempt = 0
        while True:
            attempt += 1
            progress(Text(f"向 {host} 请求数据（第 {attempt} 次）", f"asking {host} (attempt {attempt})"))
            trouble = _ask_once(ask, ox)
            if trouble is None:
                return guard.answers
            pause = max(trouble.wait_s, limits.pause_s * 2 ** (attempt - 1) * (1 + secrets.randbelow(250) / 1000))
            last = attempt >= limits.tries or time.monotonic() + pause > guard.deadline
            if last or not trouble.again:
                raise _failed(host, trouble, attempt)
            progress(Text(f"{trouble.what.zh}{pause:.0f} 秒后再试", f"{trouble.what.en} Again in {pause:.0f} s"))
            time.sleep(pause)


def _ask_once(ask: Callable[[ModuleType], None], ox: ModuleType) -> _TroubleError | None:
    import requests

    try:
        ask(ox)
    except _TroubleError as trouble:
        return trouble
    except (requests.RequestException, OSError) as error:
        reason = type(error).__name__
        return _TroubleError(Text(f"连接失败（{reason}）。", f"connection failed ({reason})."), again=True)
    return None


def _failed(host: str, trouble: _TroubleError, attempts: int) -> CorridorError:
    what = Text(
        f"请求 {attempts} 次后失败：{trouble.what.zh}",
        f"failed after {attempts} attempt{'s' if attempts > 1 else ''}: {trouble.what.en}",
    )
    return SourceError(Problem(host, what, _LATER))


class _Guard:
    """Reads each answer within the limits and judges it before OSMnx does.

    A hook of `requests`: it returns the answer read whole, or raises `_TroubleError`. `answers` keeps the parsed ones.
    """

    def __init__(self, kind: type, limits: Limits, deadline: float) -> None:
        self.answers: list[Any] = []
        self.deadline = deadline
        self._kind, self._limits = kind, limits

    def __call__(self, response: Any, **_: Any) -> Any:
        if response.is_redirect:
            return response
        body = self._read(response)
        status = response.status_code
        shown = " ".join(body[:200].decode("utf-8", errors="replace").split())[:80]
        if status in _BUSY:
            what = Text(f"服务器忙（HTTP {status}）。", f"the server is busy (HTTP {status}).")
            raise _TroubleError(what, again=True, wait_s=_seconds(response.headers.get("Retry-After")))
        if status != 200:
            what = Text(f"服务器拒绝（HTTP {status}）：{shown}", f"the server refused (HTTP {status}): {shown}")
            raise _TroubleError(what, again=False)
        self.answers.append(self._parsed(body, shown))
        whole = type(response)()
        whole.status_code, whole.url, whole.headers = status, response.url, response.headers
        whole.request, whole.reason, whole.encoding = response.request, response.reason, "utf-8"
        whole.raw = io.BytesIO(body)
        return whole

    def _read(self, response: Any) -> bytes:
        from urllib3.exceptions import HTTPError

        pieces, size = [], 0
        try:
            while piece := response.raw.read1(1 << 16, decode_content=True):
                pieces.append(piece)
                size += len(piece)
                if size > self._limits.most_bytes:
                    megabytes = self._limits.most_bytes / (1 << 20)
                    what = Text(f"回答超过 {megabytes:g} MB。", f"the answer is larger than {megabytes:g} MB.")
                    raise _TroubleError(what, again=False)
                if time.monotonic() > self.deadline:
                    wall = self._limits.wall_s
                    what = Text(f"超过总时限 {wall:g} 秒。", f"the time limit of {wall:g} s has passed.")
                    raise _TroubleError(what, again=False)
        except (HTTPError, OSError) as error:
            reason = type(error).__name__
            what = Text(f"回答中断（{reason}）。", f"the answer broke off ({reason}).")
            raise _TroubleError(what, again=True) from None
        finally:
            response.close()
        return b"".join(pieces)

    def _parsed(self, body: bytes, shown: str) -> Any:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            # Broken off in the middle may do better next time; a web page (a log-in portal) will not.
            again = body.lstrip()[:1] in {b"{", b"["}
            what = Text(f"不是完整的 JSON：{shown}", f"not whole JSON: {shown}")
            raise _TroubleError(what, again=again) from None
        if isinstance(answer, dict) and answer.get("remark"):
            remark = " ".join(str(answer["remark"]).split())[:200]
            what = Text(f"服务器说明结果不完整：{remark}", f"the server remarks that the answer is partial: {remark}")
            raise _TroubleError(what, again=True)
        whole = isinstance(answer.get("elements"), list) if isinstance(answer, dict) else isinstance(answer, list)
        if not (whole and isinstance(answer, self._kind)):
            what = Text(f"不是 Overpass 或 Nominatim 的回答：{shown}", f"no answer of Overpass or Nominatim: {shown}")
            raise _TroubleError(what, again=False)
        return answer


def _seconds(text: str | None) -> float:
    """Return the seconds of a Retry-After header; its form with a date counts as none."""
    try:
        return max(0.0, float(text or 0))
    except ValueError:
        return 0.0


@contextmanager
def _settings(
    ox: ModuleType, service: str, url: str | None, guard: _Guard, limits: Limits, folder: str
) -> Iterator[None]:
    """Give OSMnx settings of our own; all of them, and `socket.getaddrinfo`, are set back."""
    before = {name: value for name, value in vars(ox.settings).items() if not name.startswith("_")}
    resolve = socket.getaddrinfo
    ours: dict[str, Any] = {
        "use_cache": True,  # so that another attempt asks only for what is missing
        "cache_folder": folder,
        "cache_only_mode": True,
        "overpass_rate_limit": False,
        "requests_timeout": limits.timeout_s,
        "requests_kwargs": {"stream": True, "hooks": {"response": guard}},
        "doh_url_template": None,
    }
    if url is not None:
        ours[f"{service}_url"] = url
    try:
        for name, value in ours.items():
            setattr(ox.settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(ox.settings, name, value)
        socket.getaddrinfo = resolve
