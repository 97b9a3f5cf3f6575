"""`measures.yaml`: the suggested measures as a scenario file, ready for `corridor scenarios`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.report._files import write_bytes
from corridor.report._street_tables import ranked_segments
from corridor.streets.names import names

if TYPE_CHECKING:
    from corridor.evaluation import StreetStudy

MOST_SEGMENTS = 100
_HEAD = """\
# 建议措施，每项一个情景：corridor scenarios check {file} --study STUDY.yaml，再用 corridor scenarios run 检验。
# Suggested measures, a scenario each: check them with `corridor scenarios check`, test them with `corridor scenarios run`.
# 最多列出名次最前的 {most} 个街段。At most the first {most} segments by rank.
scenarios:
"""


def write_measures(streets: StreetStudy, path: Path) -> Path | None:
    """Write the measures of the first segments as scenarios, or nothing where there is none; whole or not at all.

    Raises
    ------
    StudyError
        When the file cannot be written.
    """
    if streets.measures.empty:
        return None
    return write_bytes(path, scenario_text(streets, path.name).encode("utf-8"))


def scenario_text(streets: StreetStudy, file: str) -> str:
    """Return the scenario file's text; equal edits of several segments become one scenario when it is read."""
    table = ranked_segments(streets)
    table = table[table.index.isin(streets.measures["segment_id"])].head(MOST_SEGMENTS)
    by_segment: dict[str, list[Any]] = {}
    for measure in streets.measures.sort_values(["segment_id", "priority"]).itertuples():
        by_segment.setdefault(measure.segment_id, []).append(measure)
    lines = [_HEAD.format(file=file, most=MOST_SEGMENTS)]
    named = {lang: names(streets.segments.segments, lang, streets.compared) for lang in ("zh", "en")}
    for segment_id in table.index:
        where = {lang: named[lang].title(segment_id) for lang in ("zh", "en")}
        for measure in by_segment[segment_id]:
            zh, en = f"{where['zh']}：{measure.zh}", f"{where['en']}: {measure.en}"
            name = f"{{zh: {_quoted(zh)}, en: {_quoted(en)}}}"
            lines.append(f"  - name: {name}\n    edits: [{measure.edit}]\n")
    return "".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
