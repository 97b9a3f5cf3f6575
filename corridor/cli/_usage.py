"""Help and faults of the command line itself, in one language where one is asked for, otherwise in both."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from corridor.cli._console import INPUT_FAULT, Lang
from corridor.errors import Text

_APART = " · "
_HINT = Text("用 --help 看写法。", "See --help.")
_HELP = f"显示本说明{_APART}show this help and exit"


class Commands(TyperGroup):
    """The commands; their faults of usage are told in a planner's words, and `--lang` may stand before them."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Read the options before the command."""
        lang = asked(args)
        explain_help(self)
        if lang is not None:
            one_language(self, lang)
        in_full(self)
        with _told(lang):
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with _told(asked(sys.argv[1:])):
            return super().invoke(ctx)


def asked(arguments: Sequence[str]) -> Lang | None:
    """Return the language that the arguments ask for; None when they ask for none that we know."""
    for i, word in enumerate(arguments):
        value = word.partition("=")[2] if word.startswith("--lang=") else None
        if word == "--lang":
            value = arguments[i + 1] if i + 1 < len(arguments) else None
        if value in set(Lang):
            return Lang(value)
    return None


def explain_help(command: Any) -> None:
    """Let `--help` of a command and its own say in both languages what it does; click says it in English alone."""
    option = command.get_help_option(typer.Context(command))
    if option is not None:
        option.help = _HELP
    for inner in getattr(command, "commands", {}).values():
        explain_help(inner)


def one_language(command: Any, lang: Lang) -> None:
    """Leave one language in the help of a command, its options and its own commands."""
    command.help, command.epilog = _half(command.help, lang), _half(command.epilog, lang)
    for parameter in command.get_params(typer.Context(command)):
        if getattr(parameter, "help", None):
            parameter.help = _half(parameter.help, lang)
    for inner in getattr(command, "commands", {}).values():
        one_language(inner, lang)


def in_full(command: Any) -> None:
    """Let the help of a command and its own show every sentence whole, and every example on a line of its own."""
    command.short_help = command.help
    # click keeps the lines of a paragraph that begins with this sign.
    if command.epilog and not command.epilog.startswith("\b"):
        label, _, examples = command.epilog.partition(":  ")
        command.epilog = "\n".join(["\b", f"{label}:", *(f"  {example}" for example in examples.split("   ·   "))])
    for inner in getattr(command, "commands", {}).values():
        in_full(inner)


def speak(context: Any, lang: Lang | None) -> None:
    """Let the commands of a group speak a language where one was asked for before them."""
    if lang is not None:
        context.default_map = default_language(context.command, lang)


def default_language(command: Any, lang: Lang) -> dict[str, Any]:
    """Return click's default map of a command and its own: `--lang` as if it stood behind each."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return {"lang": lang.value}
    return {name: default_language(each, lang) for name, each in inner.items()}


def _half(text: str | None, lang: Lang) -> str | None:
    if text is None or _APART not in text:
        return text
    zh, en = text.split(_APART, 1)
    # An example after "例 · Examples:" is the same in both.
    label, colon, rest = en.partition(":  ")
    if colon:
        return f"{zh if lang is Lang.zh else label}{colon}{rest}"
    return zh if lang is Lang.zh else en


@contextmanager
def _told(lang: Lang | None) -> Iterator[None]:
    """Tell a fault of usage in one line a language and leave with the code of a bad input."""
    try:
        yield
    except Exception as error:
        # By shape, not by class: typer has carried click inside itself or beside itself.
        if not hasattr(error, "format_message") or type(error).__name__ == "NoArgsIsHelpError":
            raise
        text = _text(error)
        for one in [lang] if lang else list(Lang):
            head = Text("错误", "Error").in_(one)
            gap = "" if one is Lang.zh else " "
            sys.stderr.write(f"{head}  {text.in_(one)}{gap}{_HINT.in_(one)}\n")
        raise typer.Exit(INPUT_FAULT) from None


def _text(error: Any) -> Text:
    said = str(error.format_message()).replace("Value error, ", "").strip()
    en = said if said.endswith((".", "?")) else f"{said}."
    kind, parameter = type(error).__name__, getattr(error, "param", None)
    name = "" if parameter is None else _name(parameter)
    near = [str(word) for word in getattr(error, "possibilities", None) or ()]
    hint = f"是不是“{'”或“'.join(near)}”？" if near else ""
    if kind == "NoSuchOption":
        return Text(f"没有选项“{error.option_name}”。{hint}", en)
    if kind == "MissingParameter":
        return Text(f"缺少“{name}”。", en)
    if kind == "BadParameter":
        known = "、".join(re.findall(r"'([^']*)'", said.partition("is not one of")[2]))
        return Text(f"“{name}”的值无效。{f'可用：{known}。' if known else ''}", en)
    if said.startswith("No such command"):
        word = said.split("'")[1] if "'" in said else ""
        return Text(f"没有命令“{word}”。", en)
    return Text("命令写得不对。", en)


def _name(parameter: Any) -> str:
    options = [option for option in getattr(parameter, "opts", []) if option.startswith("-")]
    return str(options[-1] if options else getattr(parameter, "metavar", None) or parameter.name)
