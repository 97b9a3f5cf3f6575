"""The filter by industry, policy and department, and the records that are not on the map."""

import pytest
from chain_study import CARRIERS, write_chain_study
from fake_evaluation import make
from test_maps import decode

import corridor
from corridor import schemas
from corridor.access import nearest
from corridor.evaluation import group_reach
from corridor.maps import groups, write_map
from corridor.maps.layers import wgs84
from corridor.maps.pack import hilbert_order

HOSTILE = "</script><img src=x onerror=alert(1)>"
FIRMS = """编号,企业名称,行业,所在载体编号,科技企业,经度,纬度
F1,甲,芯片,C1,是,,
F2,乙,材料,C9,否,121.4130,31.2100
F3,丙</script><img src=x onerror=alert(1)>,材料,,否,,
"""


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    carriers = CARRIERS.replace("芯片; 材料,科委", f"芯片; {HOSTILE},科委")
    folder = write_chain_study(tmp_path_factory.mktemp("groups"), carriers=carriers, firms=FIRMS)
    return corridor.evaluate(corridor.open_study(folder), only=("life_circle", "isochrones", "innovation"))


def test_the_walk_to_a_group_is_the_walk_to_the_nearest_of_its_places(evaluation):
    found = group_reach(evaluation)
    names = list(zip(found.groups["by"], found.groups["group"], strict=True))
    assert names == [
        ("industry", HOSTILE),
        ("industry", "材料"),
        ("industry", "芯片"),
        ("owner", "投促办"),
        ("owner", "科委"),
    ]
    assert list(found.groups["n_places"]) == [1, 1, 2, 1, 2], "C4 has no coordinate"
    # One search a carrier, instead of one for all places of a group.
    at = evaluation.place(evaluation.study.carriers.geometry.dropna())
    one = nearest(evaluation.network, evaluation.origins, at.assign(who=at.index), cutoff_dm=27_000, by="who")
    members = {0: ["C2"], 1: ["C3"], 2: ["C1", "C2"], 3: ["C3"], 4: ["C1", "C2"]}
    for number, who in members.items():
        assert list(found.cost_dm[number]) == list(one[who].min(axis=1)), number
    assert found.cost_dm.notna().any(axis=None)


def test_coverage_of_a_group_counts_the_walks(evaluation):
    found = group_reach(evaluation)
    inside = evaluation.buildings.index[evaluation.buildings["in_area"]]
    rows = found.coverage[found.coverage["base"] == "buildings"].set_index(["number", "minutes"])
    for number in found.groups.index:
        for minutes in (5, 10, 15):
            near = (found.cost_dm.loc[inside, number] <= minutes * 800).fillna(False)
            assert rows.at[(number, minutes), "share"] == near.mean()


def test_packed_minutes_never_fall_into_a_better_class(evaluation):
    order = hilbert_order(wgs84(evaluation.buildings.geometry))
    found = group_reach(evaluation)
    section = groups.section(evaluation)
    assert [row["group"] for row in section] == list(found.groups["group"])
    for number, row in enumerate(section):
        for tenths, dm in zip(decode(row["walks"]), found.cost_dm[number].iloc[order], strict=True):
            assert tenths == 0 if dm is None or dm != dm else 0 <= (tenths - 1) * 80 - dm < 80
        for minutes in (50, 100, 150, 200):
            exact = (found.cost_dm[number].iloc[order] <= minutes * 80).fillna(False)
            assert [0 < t <= minutes + 1 for t in decode(row["walks"])] == list(exact)


def test_counts_are_those_of_the_groups_table(evaluation):
    section = {(row["by"], row["group"]): row for row in groups.section(evaluation)}
    assert section["industry", "芯片"]["tables"]["carriers"]["count"] == 2
    assert section["industry", "芯片"]["tables"]["carriers"]["floor_area_m2"] == 3000
    assert section["industry", "芯片"]["tables"]["firms"]["count"] == 1


def test_records_without_a_place_are_listed(evaluation):
    found = groups.off_map(evaluation)
    listed = [(row["table"], row["id"], row["reason"]) for row in found["rows"]]
    assert listed == [("carriers", "C4", "none"), ("firms", "F3", "carrier")]
    # Header in row 1; C4 is the fourth carrier, F3 the third firm.
    assert [(row["file"], row["row"]) for row in found["rows"]] == [("carriers.csv", 5), ("firms.csv", 4)]
    listed = evaluation.study.off_map
    schemas.OFF_MAP.check(listed)
    assert listed[["record_id", "row"]].values.tolist() == [["C4", 5]]
    assert found["carried"] == {"firms": 1}, "F1 stands where its carrier does"
    assert [row["id"] for row in groups.off_map(make(30))["rows"]] == ["c6"]


@pytest.mark.browser
def test_a_chosen_group_colours_buildings_and_says_what_is_not_filtered(evaluation, watched, tmp_path):
    path = write_map(evaluation, tmp_path / "map.html")
    assert HOSTILE not in path.read_text("utf-8")
    page = watched.open(path)
    page.wait_for_function("() => window.corridor && window.corridor.ready")
    found = group_reach(evaluation)
    page.select_option("#panel select[aria-label^='按产业']", label="材料")
    cost = found.cost_dm[1][evaluation.buildings["in_area"]]
    expected = [int((cost.fillna(10**9) <= 80 * m).sum()) for m in (50, 100, 150, 200)]
    counts = page.evaluate("corridor.buildings.counts(corridor.state.layer)")
    assert [sum(counts[5:]), sum(counts[4:]), sum(counts[3:]), sum(counts[2:])] == expected
    panel = page.inner_text("#panel")
    assert "不随筛选变化" in panel and "至“材料”步行" in panel and "至“材料”步行" in page.inner_text("#legend")
    page.evaluate("corridor.setLayer('total')")
    assert "此建筑着色不随筛选变化" in page.inner_text("#legend")
    page.select_option("#panel select[aria-label^='按产业']", value="")
    assert "筛选“" not in page.inner_text("#legend") and page.evaluate("corridor.state.layer") == "total"
    page.select_option("#panel select[aria-label^='按产业']", label=HOSTILE)
    page.click("#off-map")
    panel = page.inner_text("#panel")
    for words in (
        "无坐标载体",
        "科创载体",
        "没有可用的坐标",
        "carriers.csv第5行，编号C4",
        "丙</script><img",
        "1条企业",
    ):
        assert words in panel
    page.evaluate("corridor.setLang('en')")
    assert "Not on the map" in page.inner_text("#panel")
    assert watched.errors == [] and watched.external == []
