"""YAML 1.2 as plain data, with the line and column of every key; nothing in a file is ever executed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from corridor.errors import ConfigError, Problem, Text

Place = tuple[str | int, ...]
"""A key path such as ("walker", "speed_m_min", "low")."""

MAX_BYTES = 4_000_000
MAX_DEPTH = 40
MAX_VALUES = 200_000

# From here on a file is worth a second parser. What the two may read differently is left to the one that knows YAML 1.2:
# directives, tags, anchors and aliases, texts in blocks, tabs, line ends other than those of every editor.
_LONG = 50_000
_FOR_ONE_PARSER = re.compile("(?:^|[ \\[{,:])[%!&*|>]|^[.]{3}|[\t\x85\u2028\u2029\ufeff]", re.MULTILINE)
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FULL_WIDTH_COLON = re.compile(r"^\s*(?:- )?[^\s:：'\"#]+：")
# The core schema of YAML 1.2, section 10.3.2: `no` and `12:30` are text, `010` is ten.
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_INT = re.compile(r"[-+]?[0-9]{1,300}")
_OCTAL, _HEX = re.compile(r"0o[0-7]{1,300}"), re.compile(r"0x[0-9a-fA-F]{1,300}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_PLAIN_TAGS = {None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


@dataclass(frozen=True)
class Document:
    """The content of one file: plain dicts, lists and scalars, and where each stands."""

    file: str
    value: Any
    marks: dict[Place, tuple[int, int]] = field(repr=False)

    def known(self, place: Place) -> Place:
        """Return the longest part of a key path that is in the file."""
        return next((place[:n] for n in range(len(place), 0, -1) if place[:n] in self.marks), ())

    def where(self, place: Place) -> str:
        """Return "file:line:column" of a key path, or of the nearest part of it that is in the file."""
        mark = self.marks.get(self.known(place))
        return f"{self.file}:{mark[0]}:{mark[1]}" if mark else f"{self.file}:1"


def read_yaml(path: str | Path, *, max_bytes: int = MAX_BYTES) -> Document:
    """Read one YAML 1.2 document in UTF-8, with or without BOM.

    Parameters
    ----------
    path : path of a regular file
    max_bytes : int
        Larger files are refused unread.

    Raises
    ------
    ConfigError
        The file is missing, too large, not UTF-8 or not YAML; a key appears twice, a tag asks for an object, or
        nesting or repetition through aliases goes beyond any sensible use. Each problem names file:line:column.
    """
    file = str(path)
    text = _read_text(Path(path), file, max_bytes)
    bad = _CONTROL.search(text)
    if bad:
        line, column = _position(text, bad.start())
        code = f"U+{ord(bad.group()):04X}"
        raise ConfigError.of(
            f"{file}:{line}:{column}",
            f"含有控制字符 {code}，请删除。",
            f"control character {code}: delete it.",
        )
    return _parse(text, file)


def read_data(path: Path, parsed: Path) -> Document:
    """Read a YAML file of the package, from `parsed` where that was made from the same bytes.

    Parsing the defaults costs more than many a study. `parsed` is written by `scripts/parse_defaults.py`; a file that
    has changed since is simply parsed.
    """
    known = _known(parsed).get(path.name) if parsed.is_file() else None
    if known is None or known["sha256"] != hashlib.sha256(path.read_bytes()).hexdigest():
        return read_yaml(path)
    marks: dict[Place, tuple[int, int]] = {tuple(place): (line, column) for place, line, column in known["marks"]}
    return Document(str(path), known["value"], marks)


@cache
def _known(parsed: Path) -> dict[str, Any]:
    """Return all that was parsed, read once for its ten files."""
    entries: dict[str, Any] = json.loads(parsed.read_bytes())
    return entries


def parsed_data(paths: Iterable[Path]) -> str:
    """Return YAML files as the JSON that `read_data` takes."""
    entries = {}
    for path in sorted(paths):
        document = read_yaml(path)
        entries[path.name] = {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "value": document.value,
            "marks": [[place, *mark] for place, mark in document.marks.items()],
        }
    return json.dumps(entries, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def _read_text(path: Path, file: str, max_bytes: int) -> str:
    if not path.is_file():
        raise ConfigError.of(
            file,
            "找不到该文件。" if not path.exists() else "这不是一个文件。",
            "there is no such file." if not path.exists() else "this is not a file.",
            "请检查路径。",
            "Check the path.",
        )
    size = path.stat().st_size
    if size > max_bytes:
        raise ConfigError.of(
            file,
            f"文件有 {size:,} 字节，超过配置文件上限 {max_bytes:,} 字节。",
            f"the file has {size:,} bytes; a settings file may have {max_bytes:,}.",
        )
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError.of(
            f"{file}:{line}",
            f"第 {error.start} 字节处不是 UTF-8 编码。",
            f"byte {error.start} is not UTF-8.",
            "请用编辑器“另存为 UTF-8”。",
            "Save the file as UTF-8.",
        ) from None


def _parse(text: str, file: str) -> Document:
    builder = _parsed_fast(text, file) or _parsed(text, file)
    if builder.problems:
        raise ConfigError(builder.problems)
    if builder.documents == 0:
        raise ConfigError.of(f"{file}:1", "文件是空的。", "the file is empty.")
    return Document(file, builder.value, builder.marks)


def _parsed(text: str, file: str) -> _Builder:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    builder = _Builder(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except MarkedYAMLError as error:
        raise ConfigError(_syntax_problem(error, text, file)) from None
    except YAMLError as error:
        raise ConfigError.of(file, f"不是有效的 YAML：{error}", f"not valid YAML: {error}") from None
    return builder


def _parsed_fast(text: str, file: str) -> _Builder | None:
    """Read a long file, mostly written by a program, with libyaml, ten times as fast; None where that is not to be.

    The parser only tells where values begin and end; what they mean is decided by the same builder. A file with anything
    wrong in it is read again by the other parser, whose words we know.
    """
    if len(text) < _LONG or _FOR_ONE_PARSER.search(text):
        return None
    try:
        from yaml import CLoader, YAMLError, parse  # type: ignore[import-untyped]
    except ImportError:  # no PyYAML here, or one without libyaml
        return None
    builder = _Builder(file)
    try:
        for event in parse(text, Loader=CLoader):
            builder.take(event)
    except (YAMLError, ConfigError):
        return None
    return None if builder.problems else builder


@dataclass
class _Level:
    """One open mapping or sequence."""

    container: Any
    place: Place
    anchor: str | None
    first: int
    key: str | None = None


class _Builder:
    """Turns parser events into plain data without recursion, so that depth is ours to limit."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.value: Any = None
        self.marks: dict[Place, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self.documents = 0
        self._levels: list[_Level] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0

    def take(self, event: Any) -> None:
        """Digest one event of ruamel's parser."""
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            self._start(event)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._open(event, {} if kind == "MappingStartEvent" else [])
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._close()
        elif kind == "ScalarEvent":
            self._scalar(event)
        elif kind == "AliasEvent":
            self._alias(event)

    def _start(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self._stop(event, "文件里有第二个 YAML 文档（---）。", "a second YAML document (---) starts here.")
        if event.version not in (None, (1, 2)):
            self._stop(event, "只支持 YAML 1.2，请删除 %YAML 行。", "only YAML 1.2 is read: delete the %YAML line.")

    def _open(self, event: Any, container: Any) -> None:
        self._check_tag(event)
        if len(self._levels) >= MAX_DEPTH:
            self._stop(event, f"嵌套超过 {MAX_DEPTH} 层。", f"nested deeper than {MAX_DEPTH} levels.")
        if self._expects_key():
            self._stop(event, "键必须是一个词，不能是列表或映射。", "a key must be a word, not a list or a mapping.")
        place = self._here(event)
        self._count_up(event, 1)
        self._levels.append(_Level(container, place, event.anchor, self._count))

    def _close(self) -> None:
        level = self._levels.pop()
        self._put(level.container)
        if level.anchor:
            self._anchors[level.anchor] = (level.container, self._count - level.first + 1)

    def _scalar(self, event: Any) -> None:
        self._check_tag(event)
        self._count_up(event, 1)
        if self._expects_key():
            self._key(event)
            return
        self._here(event)
        plain = event.implicit[0] and event.tag is None
        value = _resolve(event.value) if plain else event.value
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._put(value)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            self._stop(event, f"没有锚点 &{event.anchor}。", f"there is no finished anchor &{event.anchor}.")
        value, size = self._anchors[event.anchor]
        self._count_up(event, size)
        if self._expects_key():
            self._stop(event, "键不能是别名。", "a key cannot be an alias.")
        self._here(event)
        self._put(value)

    def _key(self, event: Any) -> None:
        level = self._levels[-1]
        level.key = str(event.value)
        place = (*level.place, level.key)
        if level.key in level.container:
            first = self.marks[place][0]
            self._note(
                event, f"键“{level.key}”重复，第 {first} 行已有。", f"key {level.key!r} is already on line {first}."
            )
        else:
            self.marks[place] = _mark(event)

    def _expects_key(self) -> bool:
        return bool(self._levels) and isinstance(self._levels[-1].container, dict) and self._levels[-1].key is None

    def _here(self, event: Any) -> Place:
        """Return the place of the value that starts now, and remember where list items stand."""
        if not self._levels:
            return ()
        level = self._levels[-1]
        if level.key is not None:
            return (*level.place, level.key)
        place = (*level.place, len(level.container))
        self.marks[place] = _mark(event)
        return place

    def _put(self, value: Any) -> None:
        if not self._levels:
            self.value = value
            return
        level = self._levels[-1]
        if level.key is None:
            level.container.append(value)
        else:
            level.container[level.key] = value
            level.key = None

    def _count_up(self, event: Any, values: int) -> None:
        self._count += values
        if self._count > MAX_VALUES:
            self._stop(
                event, f"超过 {MAX_VALUES:,} 个值。", f"more than {MAX_VALUES:,} values (aliases counted in full)."
            )

    def _check_tag(self, event: Any) -> None:
        tag = None if event.tag is None else str(event.tag)
        if tag not in _PLAIN_TAGS:
            short = tag.replace("tag:yaml.org,2002:", "!!") if tag else ""
            self._note(event, f"不允许标签 {short}。", f"the tag {short} is not allowed; nothing was executed.")

    def _note(self, event: Any, zh: str, en: str) -> None:
        line, column = _mark(event)
        self.problems.append(Problem(f"{self.file}:{line}:{column}", Text(zh, en)))

    def _stop(self, event: Any, zh: str, en: str) -> None:
        self._note(event, zh, en)
        raise ConfigError(self.problems)


def _mark(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _resolve(word: str) -> Any:
    """Return the value of a plain scalar under the core schema."""
    if word in _NULL:
        return None
    if word in _BOOL:
        return _BOOL[word]
    if _INT.fullmatch(word):
        return int(word)
    if _OCTAL.fullmatch(word):
        return int(word[2:], 8)
    if _HEX.fullmatch(word):
        return int(word[2:], 16)
    if _FLOAT.fullmatch(word):
        return float(word)
    if _INFINITE.fullmatch(word):
        return float(word.replace(".", ""))
    return word


def _position(text: str, index: int) -> tuple[int, int]:
    line = text.count("\n", 0, index) + 1
    return line, index - (text.rfind("\n", 0, index) + 1) + 1


# What ruamel says, and what it means to a planner. The first match counts.
_SYNTAX = (
    ("mapping values are not", Text("多了一个冒号，或缩进不对。", "a colon too many, or indented wrongly.")),
    ("could not find expected ':'", Text("缺少英文冒号。", "a colon is missing.")),
    ("expected <block end>", Text("缩进与上面不一致。", "the indentation does not match the lines above.")),
    ("unexpected end of stream", Text("引号没有闭合。", "a quotation mark is not closed.")),
    ("got '<stream end>'", Text("括号没有闭合。", "a bracket is not closed.")),
    ("expected ',' or", Text("括号不匹配，或缺少逗号。", "brackets do not match, or a comma is missing.")),
    ("cannot start any token", Text("值不能以这个字符开头，请加引号。", "a value cannot start so: put it in quotes.")),
)  # fmt: skip


def _syntax_problem(error: Any, text: str, file: str) -> Problem:
    said = str(error.problem or error.context)
    # What is never closed is told where it was opened.
    mark = error.context_mark if "stream" in said and error.context_mark else error.problem_mark or error.context_mark
    lines = text.split("\n")
    candidates = [m.line for m in (error.context_mark, mark) if m is not None and m.line < len(lines)]
    for number in dict.fromkeys([*candidates, *(n - 1 for n in candidates if n)]):
        line = lines[number]
        if _FULL_WIDTH_COLON.match(line):
            what = Text(
                "冒号是全角“：”，请改成英文冒号加空格“: ”。", "the colon is full-width: write a plain one and a space."
            )
            return _with_line(f"{file}:{number + 1}:{line.index('：') + 1}", what, line)
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent:
            what = Text("缩进用了制表符，请改成空格。", "the indentation holds a tab: use spaces.")
            return _with_line(f"{file}:{number + 1}:{indent.index(chr(9)) + 1}", what, line)
    what = next(
        (told for words, told in _SYNTAX if words in said),
        Text(f"不是有效的 YAML（{said}）。", f"not valid YAML: {said}."),
    )
    line = lines[mark.line] if mark.line < len(lines) else ""
    return _with_line(f"{file}:{mark.line + 1}:{mark.column + 1}", what, line)


def _with_line(where: str, what: Text, line: str) -> Problem:
    shown = line.strip()[:80]
    return Problem(where, what, Text(f"该行：{shown}", f"The line: {shown}") if shown else None)
