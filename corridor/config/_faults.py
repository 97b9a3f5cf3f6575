"""Validation in a planner's words: what pydantic finds, told with file:line, in Chinese and English."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from corridor.config._yaml import Document, Place
from corridor.errors import ConfigError, Problem, Text


class Model(BaseModel):
    """Base of all settings: frozen, unknown keys refused."""

    # What checks a model is made when it is first used: a part is checked as part of the whole, not once more by itself.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


M = TypeVar("M", bound=BaseModel)


class SettingError(ValueError):
    """What a validator of ours raises: the sentence in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh, en)


def validate(model: type[M], document: Document) -> M:
    """Return `document` as `model`, or raise one `ConfigError` with every fault and where it stands."""
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        raise ConfigError(problems_of(error, model, document)) from None


def problems_of(error: ValidationError, model: type[BaseModel], document: Document, under: Place = ()) -> list[Problem]:
    """Return the faults of a validation, in the order of the file.

    Parameters
    ----------
    error : pydantic.ValidationError
    model : the model that was validated
    document : the file it came from
    under : key path of the validated part within the document
    """
    found: dict[Problem, tuple[int, int]] = {}
    for fault in error.errors(include_url=False):
        place: Place = (*under, *(part for part in fault["loc"] if part != "[key]"))
        # A short form (`osm: x`, one number for a band) is told as it was written, and once.
        written = place if fault["type"] == "missing" else document.known(place)
        what, hint = _told(dict(fault), ".".join(map(str, written)), model)
        found[Problem(document.where(place), what, hint)] = document.marks.get(document.known(place), (0, 0))
    return sorted(found, key=lambda problem: found[problem])


def did_you_mean(word: str, known: Iterable[str]) -> Text:
    """Return "did you mean …" for the known words next to `word`, or the list of them when none is near."""
    words = list(known)
    near = difflib.get_close_matches(word, words, n=2, cutoff=0.6)
    if near:
        return Text(f"是不是“{'”或“'.join(near)}”？", f"Did you mean {' or '.join(map(repr, near))}?")
    return Text(f"可用：{'、'.join(words)}。", f"Known: {', '.join(words)}.")


def _told(fault: dict[str, Any], path: str, model: type[BaseModel]) -> tuple[Text, Text | None]:
    kind, loc, ctx = fault["type"], tuple(fault["loc"]), fault.get("ctx", {})
    if kind == "extra_forbidden":
        word = str(loc[-1])
        if "：" in word:
            return Text(f"“{word}”里是全角冒号。", f"{word!r} holds a full-width colon."), _COLON
        return Text(f"不认识的键“{path}”。", f"unknown key {path!r}."), did_you_mean(word, _fields_at(model, loc[:-1]))
    if kind == "missing":
        return Text(f"缺少“{path}”。", f"{path!r} is missing."), None
    if isinstance(ctx.get("error"), SettingError):
        text = ctx["error"].text
        return (Text(f"“{path}”：{text.zh}", f"{path!r}: {text.en}") if path else text), None
    due = _DUE[kind](ctx) if kind in _DUE else Text(fault["msg"], fault["msg"])
    return _due(path, due, fault["input"]), _hint(kind, ctx, fault["input"])


def _due(path: str, due: Text, given: Any) -> Text:
    name_zh, name_en = (f"“{path}”", repr(path)) if path else ("文件内容", "the file")
    zh, en = _shown(given)
    return Text(f"{name_zh}应为{due.zh}，实际是{zh}。", f"{name_en} must be {due.en}, not {en}.")


def _hint(kind: str, ctx: dict[str, Any], given: Any) -> Text | None:
    if isinstance(given, str):
        if "：" in given and kind in ("model_type", "model_attributes_type", "dict_type"):
            return _COLON
        if kind == "literal_error":
            return did_you_mean(given, [word.strip(" '\"") for word in ctx["expected"].replace(" or ", ",").split(",")])
    if kind == "string_type" and not isinstance(given, (dict, list, type(None))):
        return Text("请加引号。", "Put it in quotes.")
    if kind == "bool_type" and given in ("yes", "no", "on", "off", "是", "否"):
        return Text("请写 true 或 false。", "Write true or false.")
    return None


_COLON = Text("请改成英文冒号加空格“: ”。", "Write a plain colon and a space.")


def _shown(given: Any) -> tuple[str, str]:
    if given is None:
        return "空值", "empty"
    if isinstance(given, dict):
        return "一组键值", "a mapping"
    if isinstance(given, (list, tuple)):
        return f"{len(given)} 项的列表", f"a list of {len(given)}"
    if isinstance(given, bool):
        return str(given).lower(), str(given).lower()
    if isinstance(given, str):
        short = given if len(given) <= 60 else given[:57] + "..."
        return f"文本“{short}”", f"the text {short!r}"
    return f" {given}", str(given)


Due = Callable[[dict[str, Any]], Text]


def _fixed(zh: str, en: str) -> Due:
    return lambda _: Text(zh, en)


def _bound(zh: str, en: str, key: str) -> Due:
    return lambda ctx: Text(f"{zh} {ctx[key]:g} 的数", f"a number {en} {ctx[key]:g}")


_NUMBER, _WHOLE = _fixed("数字", "a number"), _fixed("整数", "a whole number")
_MAPPING, _LIST = _fixed("一组“键: 值”", "a mapping of keys to values"), _fixed("列表", "a list")
_DATE = _fixed("日期（如 2026-07-16）", "a date such as 2026-07-16")
_DUE: dict[str, Due] = {
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "finite_number": _fixed("有限的数字", "a finite number"),
    "bool_type": _fixed("true 或 false", "true or false"),
    "string_type": _fixed("文本", "text"),
    "string_too_short": _fixed("非空文本", "text that is not empty"),
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "greater_than": _bound("大于", "above", "gt"),
    "greater_than_equal": _bound("不小于", "not below", "ge"),
    "less_than": _bound("小于", "below", "lt"),
    "less_than_equal": _bound("不大于", "not above", "le"),
    "too_short": _fixed("至少一项", "at least one item"),
    "literal_error": lambda ctx: Text(f"{ctx['expected'].replace(' or ', ', ')} 之一", f"one of {ctx['expected']}"),
}  # fmt: skip


def _fields_at(model: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """Return the keys allowed at a key path below `model`."""
    here: Any = model
    for part in loc:
        if _is_model(here):
            if part not in here.model_fields:
                return []
            here = _bare(here.model_fields[part].annotation)
        elif typing.get_origin(here) is dict:
            here = _bare(typing.get_args(here)[1])
        elif typing.get_origin(here) in (tuple, list):
            here = _bare(typing.get_args(here)[0])
    return [field.alias or name for name, field in here.model_fields.items()] if _is_model(here) else []


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _bare(annotation: Any) -> Any:
    """Return an annotation without Optional and Annotated."""
    while typing.get_origin(annotation) in (typing.Union, types.UnionType, typing.Annotated):
        annotation = next(part for part in typing.get_args(annotation) if part is not type(None))
    return annotation
