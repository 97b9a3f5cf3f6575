"""Names near one that no street bears."""

import pytest
from street_town import write_town
from typer.testing import CliRunner

from corridor.cli import app
from corridor.study._near import near_names

SPANISH = [
    (name, "") for name in ("Calle Mayor de Triana", "Calle León y Castillo", "Calle Alfonso XIII", "Calle Tomás")
]
SHANGHAI = [("定西路", "Dingxi Road"), ("定西路710弄", ""), ("安西路", "Anxi Road"), ("延安西路", "West Yan'an Road")]


@pytest.mark.parametrize(
    ("asked", "known", "first"),
    [
        ("Calle Triana", SPANISH, ["Calle Mayor de Triana"]),
        ("leon castillo", SPANISH, ["Calle León y Castillo"]),
        ("Calle Tomas", SPANISH, ["Calle Tomás"]),
        ("定西", SHANGHAI, ["定西路", "定西路710弄"]),
        ("定西路街道", SHANGHAI, ["定西路"]),
        ("安西", SHANGHAI, ["安西路", "延安西路"]),
        ("定西大道", SHANGHAI, ["定西路", "定西路710弄"]),
        ("Dingxi Avenue", SHANGHAI, ["定西路 (Dingxi Road)"]),
        ("Dingxi", SHANGHAI, ["定西路 (Dingxi Road)"]),
        ("Dingxi Raod", SHANGHAI, ["定西路 (Dingxi Road)"]),
        ("Ⅴ", SHANGHAI, []),
        ("—", SHANGHAI, []),
    ],
)  # fmt: skip
def test_slips_parts_and_the_other_language(asked, known, first):
    found = near_names(asked, known)
    assert found[: len(first)] == first
    assert found == near_names(asked, reversed(known)), "the order of the map's streets is no matter"
    assert bool(found) == bool(first)


def test_a_planner_sees_them(tmp_path):
    line = ((0, 0), (0, 150), (0, 300))
    folder = write_town(tmp_path, (("Calle Mayor de Triana", line), ("定西路", ((-200, 150), (0, 150), (200, 150)))), corridor=None)  # fmt: skip
    for asked, told in (("Calle Triana", "Near names: Calle Mayor de Triana"), ("定西", "Near names: 定西路")):
        done = CliRunner().invoke(app, ["streets", str(folder), "-o", str(tmp_path / "out"), "--street", asked, "--lang", "en"])  # fmt: skip
        assert done.exit_code == 2 and told in done.output, done.output
    (folder / "study.yaml").write_text(
        (folder / "study.yaml").read_text("utf-8") + "corridor: {names: [Triana]}\n", "utf-8"
    )
    done = CliRunner().invoke(app, ["check", str(folder)])
    assert done.exit_code == 2 and "相近的有：Calle Mayor de Triana。" in done.output, done.output
    text = (folder / "study.yaml").read_text("utf-8").replace("[Triana]", "[定西大道]")
    (folder / "study.yaml").write_text(text, "utf-8")
    done = CliRunner().invoke(app, ["check", str(folder)])
    assert done.exit_code == 2 and "相近的有：定西路。" in done.output, done.output
