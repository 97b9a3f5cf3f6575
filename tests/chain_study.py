"""The toy town with records: carriers, an institute, stations, firms, an event and trails on Main Road.

lab C1        core C2       park C3           far C4 (not on the map: no coordinate)
121.4100      121.4110      121.4130
a ------------ b ------------------------ d   Main Road, 286 m from C1 to C3
               e (North Lane)                 stations: S1 ip at 121.4105, S2 ai at 121.4125
"""

from pathlib import Path

from toy import write_study

LAT = 31.2100
CARRIERS = """编号,名称,类别,核心,建筑面积（平方米）,入驻企业数,产业方向,主管部门,经度,纬度,示意
C1,实验室,实验室,否,1000,2,芯片,科委,121.4100,31.2100,是
C2,孵化器,孵化器,是,2000,5,芯片; 材料,科委,121.4110,31.2100,否
C3,园区,园区,否,4000,9,材料,投促办,121.4130,31.2100,否
C4,无坐标载体,园区,否,500,1,材料,,,,否
"""
INSTITUTES = """编号,名称,经度,纬度
I1,研究所,121.4110,31.2109
"""
STATIONS = """编号,名称,类型,经度,纬度
S1,知识产权站,知识产权,121.4105,31.2100
S2,AI站,AI全链接,121.4125,31.2100
"""
FIRMS = """编号,企业名称,行业,所在载体编号,科技企业,经度,纬度
F1,甲,芯片,C1,是,,
F2,乙,材料,C9,否,121.4130,31.2100
F3,丙,材料,,否,,
"""
EVENTS = """编号,系列,名称,类别,经度,纬度
E1,创新说,创新说,路演,121.4120,31.2100
E2,,夜校,夜校,121.4110,31.2109
"""
TABLES = {"carriers": CARRIERS, "institutes": INSTITUTES, "stations": STATIONS, "firms": FIRMS, "events": EVENTS}
YAML = """corridor: {names: [North Lane]}
records: {%s}
service_chains:
  - {name: {zh: 两站, en: Two stations}, stations: [ip, ai], minutes: 5}
  - {name: {zh: 三站, en: Three stations}, stations: [ip, ai, quality]}
trails:
  - {name: {zh: 短线, en: Short}, stops: [C3, C1, C2], order: shortest}
  - {name: {zh: 环线, en: Round}, stops: [C1, 研究所], round: true}
"""


def write_chain_study(folder: Path, yaml: str = YAML, extra: str = "", **tables: str) -> Path:
    """Write the town (with `extra` OSM XML), its records and the study; `tables` replaces the text of a table."""
    written = {**TABLES, **tables}
    entries = ", ".join(f"{name}: {{file: {name}.csv, datum: wgs84}}" for name in written)
    write_study(folder, yaml.replace("%s", entries), extra=extra)
    for name, text in written.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8-sig")
    return folder
