"""Live fetching, against loopback servers that answer, or misbehave, as Overpass and Nominatim do."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import geopandas as gpd
import pytest
import shapely
import sources_town as town
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner, Result

from corridor.cli import app
from corridor.errors import CrsError, SourceError, StudyError
from corridor.sources import TABLES, Limits, _cache, fetch, read_osm

BOX = (*town.at(-1, -1), *town.at(12, 5))
QUICK = Limits(tries=3, pause_s=0.01, timeout_s=5, wall_s=8)
GOOD = json.dumps(town.overpass(ids=True), ensure_ascii=False).encode()
Answer = Callable[[BaseHTTPRequestHandler], None]


def send(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send one byte at a time, for ever (slow-loris)."""
    send(b"", Content_Length="100000")(handler)
    for _ in range(400):
        handler.wfile.write(b" ")
        time.sleep(0.05)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


class Server(ThreadingHTTPServer):
    """Answers each request with the next of `answers`, the last one again and again."""

    daemon_threads = True

    def __init__(self) -> None:
        self.answers: list[Answer] = [send(GOOD)]
        self.asked: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api"

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are part of the tests."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, text: str) -> None:
        server = self.server
        server.asked.append((urlparse(self.path).path, text))
        (server.answers.pop(0) if len(server.answers) > 1 else server.answers[0])(self)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(parse_qs(body)["data"][0])

    def do_GET(self) -> None:
        query = parse_qs(urlparse(self.path).query)
        self._answer((query.get("q") or query.get("osm_ids") or [""])[0])


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def no_sockets(monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_live_equals_file(server, tmp_path):
    told = []
    live = fetch(bbox=BOX, overpass_url=server.url, limits=QUICK, progress=lambda text: told.append(text))
    file = read_osm(town.write_xml(tmp_path / "a.osm"))
    for name in TABLES:
        assert_frame_equal(getattr(live, name), getattr(file, name))
    assert live.provenance["kind"] == "overpass-live" and live.provenance["osm_date"] == town.DATE
    assert live.provenance["file"] == f"127.0.0.1:{server.server_port}"
    assert [path for path, _ in server.asked] == ["/api/interpreter"] and told


def test_init_live_makes_a_study_that_runs(server, tmp_path):
    """From nothing but a box and a server to the map: what a planner with a network does first."""
    inner = ",".join(f"{number:.6f}" for number in (*town.at(2, 0.2), *town.at(6, 1.4)))
    done = corridor("init", tmp_path / "my", "--bbox", inner, "--overpass", server.url)
    assert done.exit_code == 0, done.output
    assert [path for path, _ in server.asked] == ["/api/interpreter"]
    done = corridor("study", tmp_path / "my", "-o", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert {"map.html", "report.zh.html", "report.en.html", "tables.xlsx"} <= {
        p.name for p in (tmp_path / "out").iterdir()
    }
    made = json.loads((tmp_path / "out" / "provenance.json").read_text("utf-8"))
    assert made["inputs"]["osm"]["osm_date"] == town.DATE and len(server.asked) == 1


def test_fetch_live_from_another_server(server, tmp_path):
    extent = ",".join(f"{number:.6f}" for number in BOX)
    done = corridor("fetch", "--bbox", extent, "--overpass", server.url, "-o", tmp_path / "osm")
    assert done.exit_code == 0 and "streets" in done.output, done.output


def corridor(*arguments: object) -> Result:
    """Run a command in this process, which has loaded OSMnx already."""
    return CliRunner().invoke(app, [*map(str, arguments), "--lang", "en"])


def test_query_asks_for_all_the_tables_need(server):
    fetch(bbox=BOX, overpass_url=server.url, limits=QUICK)
    query = server.asked[0][1]
    for part in ("['highway']", "['building']", "['entrance']", "['natural'='water']", "['place'='square']"):
        for kind in ("node", "way", "relation"):
            assert kind + part in query
    assert "['natural']" not in query


def test_settings_are_set_back(server):
    import osmnx as ox

    before = {name: value for name, value in vars(ox.settings).items() if not name.startswith("__")}
    resolve = socket.getaddrinfo
    fetch(bbox=BOX, overpass_url=server.url, limits=QUICK)
    server.answers = [send(b"", 400)]
    with pytest.raises(SourceError):
        fetch(bbox=BOX, overpass_url=server.url, limits=QUICK)
    assert {name: value for name, value in vars(ox.settings).items() if not name.startswith("__")} == before
    assert socket.getaddrinfo is resolve


def test_importing_sources_does_not_import_osmnx():
    code = "import sys, corridor.sources; sys.exit('osmnx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent.parent, check=False).returncode == 0


@pytest.mark.parametrize("first", [
    send(b"slow down", 429), send(b"slow down", 429, Retry_After="0.02"), send(b"timeout", 504), send(b"", 503),
    send(GOOD[: len(GOOD) // 2]), send(GOOD[:100], Content_Length="5000"), hang_up,
    send(b'{"remark": "runtime error: Query timed out", "elements": []}'),
])  # fmt: skip
def test_passing_trouble_is_tried_again(server, first):
    server.answers = [first, send(GOOD)]
    extract = fetch(bbox=BOX, overpass_url=server.url, limits=QUICK)
    assert len(server.asked) == 2 and extract.provenance["counts"]["streets"] == 8


@pytest.mark.parametrize(("answer", "says", "asked"), [
    (send(b"slow down", 429), "busy (HTTP 429)", 3),
    (send(b"", 504), "busy (HTTP 504)", 3),
    (send(b'{"remark": "runtime error: Query timed out", "elements": [{"type": "node"}]}'), "Query timed out", 3),
    (send(GOOD[:-9]), "not whole JSON", 3),
    (hang_up, "connection failed", 3),
    (send(b"<!DOCTYPE html><title>Please log in to the hotel's WiFi</title>"), "<title>Please log in", 1),
    (send(b"bad query", 400), "refused (HTTP 400): bad query", 1),
    (send(b'{"elements": []}'), "nothing is mapped in", 1),
    (send(b'{"type": "FeatureCollection"}'), "no answer of Overpass", 1),
    (send(b"[]"), "no answer of Overpass", 1),
])  # fmt: skip
def test_lasting_trouble_ends_in_one_clear_error(server, answer, says, asked):
    server.answers = [answer]
    with pytest.raises(SourceError) as caught:
        fetch(bbox=BOX, overpass_url=server.url, limits=QUICK)
    assert says in str(caught.value) and f"127.0.0.1:{server.server_port}" in str(caught.value)
    assert len(server.asked) == asked


def test_no_server_at_all(server):
    url = server.url
    server.server_close()
    with pytest.raises(SourceError, match=r"failed after 3 attempts: connection failed"):
        fetch(bbox=BOX, overpass_url=url, limits=QUICK)


def test_a_long_wait_asked_for_ends_at_once(server):
    server.answers = [send(b"", 429, Retry_After="3600")]
    start = time.monotonic()
    with pytest.raises(SourceError, match="after 1 attempt:"):
        fetch(bbox=BOX, overpass_url=server.url, limits=QUICK)
    assert time.monotonic() - start < 5


def test_byte_cap(server):
    with pytest.raises(SourceError, match="larger than"):
        fetch(bbox=BOX, overpass_url=server.url, limits=Limits(tries=1, most_bytes=1000))


def test_slow_loris_ends_at_the_wall(server):
    server.answers = [drip]
    start = time.monotonic()
    with pytest.raises(SourceError, match="time limit"):
        fetch(bbox=BOX, overpass_url=server.url, limits=Limits(tries=1, timeout_s=2, wall_s=0.5))
    assert time.monotonic() - start < 5


# --------------------------------------------------------------------------------------------------- kept answers


def test_kept_answers_serve_when_the_network_fails(server, tmp_path):
    whole = fetch(bbox=BOX, overpass_url=server.url, cache=tmp_path, limits=QUICK)
    server.answers = [send(b"", 504)]
    again = fetch(bbox=BOX, overpass_url=server.url, cache=tmp_path, limits=QUICK)
    assert_frame_equal(again.streets, whole.streets)
    assert again.notices[0].code == "osm-kept" and again.notices[0].value == town.DATE
    with pytest.raises(SourceError, match="504"):  # another extent was never kept
        fetch(bbox=(121, 31, 122, 32), overpass_url=server.url, cache=tmp_path, limits=QUICK)


def test_kept_answers_serve_offline(server, tmp_path, request):
    fetch(bbox=BOX, overpass_url=server.url, cache=tmp_path, limits=QUICK)
    url = server.url
    request.getfixturevalue("no_sockets")
    extract = fetch(bbox=BOX, overpass_url=url, cache=tmp_path, offline=True)
    assert extract.provenance["counts"]["streets"] == 8


def test_empty_and_partial_answers_are_not_kept(server, tmp_path):
    for body in (b'{"elements": []}', b'{"remark": "x", "elements": [{}]}', b"<html>"):
        server.answers = [send(body)]
        with pytest.raises(SourceError):
            fetch(bbox=BOX, overpass_url=server.url, cache=tmp_path, limits=QUICK)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["empty", "torn", "foreign", "old", "changed"])
def test_unfit_kept_answers_are_fetched_again(server, tmp_path, damage):
    import gzip

    fetch(bbox=BOX, overpass_url=server.url, cache=tmp_path, limits=QUICK)
    (path,) = tmp_path.iterdir()
    good = path.read_bytes()
    entry = json.loads(gzip.decompress(good))
    path.write_bytes({
        "empty": b"", "torn": good[: len(good) // 2], "foreign": gzip.compress(b'{"version": 1}'),
        "old": gzip.compress(json.dumps(entry | {"version": 0}).encode()),
        "changed": gzip.compress(json.dumps(entry | {"answers": "[]"}).encode()),
    }[damage])  # fmt: skip
    with pytest.raises(SourceError, match="offline"):
        fetch(bbox=BOX, overpass_url=server.url, cache=tmp_path, offline=True)
    fetch(bbox=BOX, overpass_url=server.url, cache=tmp_path, limits=QUICK)
    assert path.read_bytes() == good


def test_two_processes_keeping_the_same_answers(tmp_path):
    answers = [town.overpass(ids=True)]
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(_cache.put, tmp_path, "query", answers) for _ in range(20)]:
            done.result()
    assert _cache.get(tmp_path, "query") == answers
    assert list(tmp_path.iterdir()) == [_cache.path_of(tmp_path, "query")]


# --------------------------------------------------------------------------------------------------- what area


def result(name: str, osm_id: int, shape: shapely.Geometry, importance: float = 0.5) -> dict:
    west, south, east, north = shape.bounds
    return {
        "osm_type": "relation", "osm_id": osm_id, "display_name": name, "importance": importance, "place_rank": 1,
        "lat": "31", "lon": "121", "boundingbox": [str(south), str(north), str(west), str(east)],
        "geojson": json.loads(shapely.to_geojson(shape)),
    }  # fmt: skip


HERE = shapely.box(*BOX)
ELSEWHERE = shapely.box(100, 20, 101, 21)


def find(server: Server, overpass: Server, place: str):
    return fetch(place=place, overpass_url=overpass.url, nominatim_url=server.url, limits=QUICK)


@pytest.fixture
def overpass() -> Iterator[Server]:
    running = Server()
    threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def test_place_by_name(server, overpass):
    answer = [result("新华路街道, 长宁区, 上海市", 1, HERE), result("a point", 2, shapely.Point(0, 0))]
    server.answers = [send(json.dumps(answer).encode())]
    extract = find(server, overpass, "新华路街道")
    assert extract.provenance["counts"]["streets"] == 8
    assert server.asked == [("/api/search", "新华路街道")]


def test_place_by_id(server, overpass):
    server.answers = [send(json.dumps([result("新华路街道", 123, HERE)]).encode())]
    find(server, overpass, "relation/123")
    assert server.asked == [("/api/lookup", "R123")]


def test_several_places_of_one_name_are_listed(server, overpass):
    places = [result("长宁, 上海", 1, HERE), result("长宁, 四川", 2, ELSEWHERE, 0.4)]
    server.answers = [send(json.dumps(places).encode())]
    with pytest.raises(SourceError, match=r"relation/1 长宁, 上海; relation/2 长宁, 四川"):
        find(server, overpass, "长宁")
    assert find(server, overpass, "长宁, 上海").provenance["counts"]["streets"] == 8


@pytest.mark.parametrize(
    ("places", "says"),
    [([], "Nothing was found"), ([result("定西路", 1, shapely.Point(121, 31))], "Found without a boundary: 定西路")],
)
def test_place_not_found(server, overpass, places, says):
    server.answers = [send(json.dumps(places).encode())]
    with pytest.raises(SourceError, match=says):
        find(server, overpass, "定西路")
    assert not overpass.asked


@pytest.mark.parametrize(("bbox", "says"), [
    ((170.0, -10.0, -170.0, 10.0), "180th meridian"),
    ((31.1, 121.4, 31.2, 121.5), "swapped"),
    ((121.4, 31.2, 121.4, 31.3), "order is"),
    ((121.4, 31.2, 121.5, float("nan")), "order is"),
])  # fmt: skip
def test_impossible_extents(bbox, says):
    with pytest.raises(SourceError, match=says):
        fetch(bbox=bbox)


def test_exactly_one_area():
    for areas in ({}, {"bbox": BOX, "place": "x"}):
        with pytest.raises(SourceError, match="exactly one"):
            fetch(**areas)


def test_boundary_file_clips_exactly(server, tmp_path):
    boundary = shapely.Polygon([town.at(0.9, 0.4), town.at(1.6, 0.4), town.at(1.6, 0.6), town.at(0.9, 0.6)])
    frame = gpd.GeoDataFrame(geometry=[boundary], crs=4326)
    frame.to_crs(4549).to_file(tmp_path / "area.gpkg")
    extract = fetch(boundary=tmp_path / "area.gpkg", overpass_url=server.url, limits=QUICK)
    assert list(extract.streets.index) == ["way/100", "way/103", "way/104"]
    frame.to_file(tmp_path / "none.shp")
    (tmp_path / "none.prj").unlink()
    with pytest.raises(CrsError):
        fetch(boundary=tmp_path / "none.shp")
    frame.set_geometry(frame.representative_point()).to_file(tmp_path / "points.gpkg")
    with pytest.raises(StudyError, match="holds no polygon"):
        fetch(boundary=tmp_path / "points.gpkg")
    with pytest.raises(StudyError, match="not a readable boundary"):
        fetch(boundary=tmp_path / "nowhere.gpkg")


def test_fetch_refuses_a_boundary_on_one_line_and_notes_a_crossed_one(tmp_path):
    west, south = town.at(0.9, 0.4)
    east, north = town.at(1.6, 0.6)
    flat = shapely.Polygon([(west, south), (east, south), (west, south)])
    gpd.GeoSeries([flat], crs=4326).to_file(tmp_path / "flat.geojson")
    with pytest.raises(StudyError, match="encloses no area"):
        fetch(boundary=tmp_path / "flat.geojson")
    bow = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    gpd.GeoSeries([bow], crs=4326).to_file(tmp_path / "bow.geojson")
    extract = fetch(boundary=tmp_path / "bow.geojson", source=town.write_pbf(tmp_path / "a.pbf"))
    assert extract.notices[0].code == "area-crossed"


def test_from_a_file_opens_no_socket(tmp_path, no_sockets):
    path = town.write_pbf(tmp_path / "a.pbf")
    extract = fetch(bbox=BOX, source=path)
    assert extract.provenance["kind"] == "osm-pbf" and extract.provenance["counts"]["streets"] == 8


@pytest.mark.parametrize("area", [{"bbox": BOX}, {"place": "上海"}])
def test_offline_opens_no_socket(no_sockets, area):
    with pytest.raises(SourceError, match="offline"):
        fetch(**area, offline=True)
