"""Coordinate systems against known values, closed bounds and two independent packages."""

import geocoordinates_ffi
import geopandas as gpd
import numpy as np
import prcoords
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from corridor import crs
from corridor.errors import CrsError

CENTRE = (121.4189, 31.2119)
METRES = 111_320.0
# A strip as wide as the largest shift is left out along the rectangle's border.
lons, lats = st.floats(73, 136.8), st.floats(2, 54.8)


def metres(a, b):
    return float(np.hypot(a[0] - b[0], a[1] - b[1])) * METRES


def test_utm_zone_of_the_belt_and_elsewhere():
    assert crs.metric_crs(*CENTRE).to_epsg() == 32651
    assert crs.metric_crs(-15.43, 28.12).to_epsg() == 32628
    assert crs.metric_crs(151.2, -33.9).to_epsg() == 32756
    assert crs.metric_crs(180, 0).to_epsg() == 32660
    with pytest.raises(CrsError, match="swapped"):
        crs.metric_crs(31.2119, 121.4189)


@pytest.mark.parametrize("code", ["EPSG:32651", 4549])
def test_metric_systems_pass(code):
    assert crs.check_metric(code, CENTRE) == pyproj.CRS(code)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("EPSG:3857", "1.169"),
        ("EPSG:4326", "not projected"),
        ("EPSG:2263", "US survey foot"),
        ("EPSG:32633", "true metre"),
        ("EPSG:99999999", "no coordinate system"),
        ("上海城建坐标系", "no coordinate system"),
    ],
)
def test_unfit_systems_are_refused_with_the_way_out(code, words):
    with pytest.raises(CrsError) as caught:
        crs.check_metric(code, CENTRE, "study.yaml:3")
    (problem,) = caught.value.problems
    assert problem.where == "study.yaml:3"
    assert words in problem.what.en
    assert "EPSG:32651" in problem.hint.zh
    assert "EPSG:32651" in problem.hint.en


def test_web_mercator_is_refused_even_where_its_scale_is_true():
    assert crs.scale_at(pyproj.CRS(3857), (10.0, 0.0)) == pytest.approx(1, abs=0.007)
    with pytest.raises(CrsError):
        crs.check_metric("EPSG:3857", (10.0, 0.0))


def test_round_trip_keeps_index_and_missing_geometry():
    frame = gpd.GeoDataFrame({"a": [1, 2]}, index=["x", "y"], geometry=[Point(CENTRE), None], crs=4326)
    metric = crs.to_metric(frame, "EPSG:32651")
    assert metric.crs.to_epsg() == 32651
    assert list(metric.index) == ["x", "y"]
    assert metric.geometry.isna().tolist() == [False, True]
    back = crs.to_wgs84(metric)
    assert back.geometry.iloc[0].distance(Point(CENTRE)) * METRES < 1e-6
    assert frame.crs.to_epsg() == 4326


def test_missing_crs_is_an_error():
    series = gpd.GeoSeries([Point(CENTRE)])
    for project in (crs.to_wgs84, lambda s: crs.to_metric(s, 32651)):
        with pytest.raises(CrsError, match="no coordinate system is declared"):
            project(series)


def test_swapped_and_metric_coordinates_in_a_degree_layer_are_errors_naming_the_row():
    series = gpd.GeoSeries([Point(CENTRE), Point(CENTRE[::-1])], index=["good", "bad"], crs=4326)
    with pytest.raises(CrsError, match=r"carriers \[bad\].*1 rows"):
        crs.to_metric(series, 32651, "carriers")
    shanghai_grid = gpd.GeoSeries([Point(349_000, 3_454_000)], crs=4326)
    with pytest.raises(CrsError, match="cannot be in EPSG:4326"):
        crs.to_wgs84(shanghai_grid)


def test_cgcs2000_projects_through_pyproj():
    series = gpd.GeoSeries([Point(CENTRE)], crs=4326).to_crs(4549)
    assert crs.to_wgs84(series).iloc[0].distance(Point(CENTRE)) * METRES < 0.1


def test_known_values():
    lon, lat = crs.gcj02_to_bd09(120, 30)
    assert (float(lon), float(lat)) == pytest.approx((120.00640999946, 30.006359999864998), abs=1e-13)
    lon, lat = crs.wgs84_to_bd09(120, 30)
    assert (float(lon), float(lat)) == pytest.approx((120.011070620552, 30.003883055512777), abs=1e-12)


def test_one_door_three_ways():
    door = (121.418914, 31.211896)
    assert metres(crs.to_wgs84_from(121.423556, 31.210046, "gcj02"), door) < 0.1
    bd = crs.gcj02_to_bd09(121.423556, 31.210046)
    assert metres(crs.to_wgs84_from(*bd, "bd09"), door) < 0.1
    ellipsoid = pyproj.Geod(ellps="WGS84")
    assert ellipsoid.inv(*door, 121.423556, 31.210046)[2] == pytest.approx(487, abs=1)
    assert ellipsoid.inv(*door, *map(float, bd))[2] == pytest.approx(1163, abs=1)


@given(lons, lats)
def test_round_trips_within_a_micrometre(lon, lat):
    assert metres(crs.gcj02_to_wgs84(*crs.wgs84_to_gcj02(lon, lat)), (lon, lat)) < 1e-6
    assert metres(crs.bd09_to_gcj02(*crs.gcj02_to_bd09(lon, lat)), (lon, lat)) < 1e-6
    assert metres(crs.bd09_to_wgs84(*crs.wgs84_to_bd09(lon, lat)), (lon, lat)) < 1e-6


# The packages agree on the formula and differ in the ellipsoid's last digits; their fences around China differ, so
# the comparison keeps to places well inside all of them.
@given(st.floats(104, 121), st.floats(26, 40))
def test_forward_shift_equals_two_independent_packages(lon, lat):
    ours = tuple(map(float, crs.wgs84_to_gcj02(lon, lat)))
    theirs = prcoords.wgs_gcj(prcoords.Coords(lat, lon))
    assert metres(ours, (theirs.lon, theirs.lat)) < 0.01
    other = geocoordinates_ffi.wgs84_to_gcj02(geocoordinates_ffi.Wgs84(lat=lat, lon=lon))
    assert metres(ours, (other.lon, other.lat)) < 0.01
    ours_bd = tuple(map(float, crs.gcj02_to_bd09(lon, lat)))
    theirs_bd = prcoords.gcj_bd(prcoords.Coords(lat, lon))
    assert metres(ours_bd, (theirs_bd.lon, theirs_bd.lat)) < 0.01


@given(st.floats(-180, 71.9) | st.floats(137.9, 180), st.floats(-90, 90))
def test_outside_china_nothing_moves(lon, lat):
    for shift in (crs.wgs84_to_gcj02, crs.gcj02_to_wgs84, crs.gcj02_to_bd09, crs.bd09_to_gcj02, crs.wgs84_to_bd09):
        assert tuple(map(float, shift(lon, lat))) == (lon, lat)


def test_arrays_keep_shape_and_missing_values():
    lon, lat = np.array([121.4, np.nan, -15.4]), np.array([31.2, 31.2, 28.1])
    for datum in crs.DATUMS:
        x, y = crs.to_wgs84_from(lon, lat, datum)
        assert x.shape == y.shape == (3,)
        assert np.isnan(x).tolist() == [False, True, False]
        assert (x[2], y[2]) == pytest.approx((-15.4, 28.1), abs=1e-9)
    with pytest.raises(CrsError, match="unknown datum"):
        crs.to_wgs84_from(lon, lat, "wgs-84")


@given(st.floats(104, 121), st.floats(26, 40))
def test_baidu_equals_the_second_package_too(lon, lat):
    ours = tuple(map(float, crs.wgs84_to_bd09(lon, lat)))
    gcj = geocoordinates_ffi.wgs84_to_gcj02(geocoordinates_ffi.Wgs84(lat=lat, lon=lon))
    theirs = geocoordinates_ffi.gcj02_to_bd09(gcj)
    assert metres(ours, (theirs.lon, theirs.lat)) < 0.01
    back = prcoords.bd_wgs(prcoords.Coords(ours[1], ours[0]))
    # Their inverse is the one-step approximation.
    assert metres(crs.bd09_to_wgs84(*ours), (back.lon, back.lat)) < 10


def gauss_krueger(lon, lat, meridian):
    """Easting and northing on the CGCS2000 ellipsoid by Krüger's series in n (Karney 2011, to n³)."""
    flattening = 1 / 298.257222101
    n = flattening / (2 - flattening)
    radius = 6378137 / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    alpha = (n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16, 13 * n**2 / 48 - 3 * n**3 / 5, 61 * n**3 / 240)
    phi, away = np.radians(lat), np.radians(lon - meridian)
    e = 2 * np.sqrt(n) / (1 + n)
    t = np.sinh(np.arctanh(np.sin(phi)) - e * np.arctanh(e * np.sin(phi)))
    xi, eta = np.arctan2(t, np.cos(away)), np.arctanh(np.sin(away) / np.sqrt(1 + t**2))
    east = eta + sum(a * np.cos(2 * j * xi) * np.sinh(2 * j * eta) for j, a in enumerate(alpha, 1))
    north = xi + sum(a * np.sin(2 * j * xi) * np.cosh(2 * j * eta) for j, a in enumerate(alpha, 1))
    return 500_000 + radius * east, radius * north


# Many points at a time: PROJ takes a tenth of a second to look up a transformation, and no time to apply it.
@settings(max_examples=10)
@given(st.lists(st.tuples(st.floats(118.5, 121.5), st.floats(20, 45)), min_size=20, max_size=40))
def test_the_grid_of_4549_is_the_krueger_series_and_4490_is_wgs84_to_centimetres(points):
    projected = gpd.GeoSeries.from_xy(*zip(*points, strict=True), crs=4490).to_crs(4549)
    for (lon, lat), x, y in zip(points, projected.x, projected.y, strict=True):
        assert (x, y) == pytest.approx(gauss_krueger(lon, lat, 120), abs=1e-3)
    for point, there in zip(
        points, zip(*crs.to_wgs84_from(*np.transpose(points), "cgcs2000"), strict=True), strict=True
    ):
        assert metres(there, point) < 0.05
