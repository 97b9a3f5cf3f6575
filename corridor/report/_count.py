"""Numbers of sections, tables and figures, in the order in which the template comes to them."""

from __future__ import annotations

_TENS = "一二三四五六七八九十"


class Count:
    """Counts what a report numbers; one for each rendering."""

    def __init__(self, lang: str) -> None:
        self._zh = lang == "zh"
        self._found = {"section": 0, "table": 0, "figure": 0}

    def _next(self, what: str) -> int:
        self._found[what] += 1
        return self._found[what]

    def section(self) -> str:
        """Return the number before the title of the next section."""
        number = self._next("section")
        tens, ones = divmod(number, 10)
        words = (
            _TENS[number - 1]
            if number <= 10
            else f"{_TENS[tens - 1] if tens > 1 else ''}十{_TENS[ones - 1] if ones else ''}"
        )
        return f"{words}、" if self._zh else f"{number} "

    def table(self) -> str:
        """Return the name of the next table."""
        return f"表{self._next('table')}" if self._zh else f"Table {self._next('table')}"

    def figure(self) -> str:
        """Return the name of the next figure."""
        return f"图{self._next('figure')}" if self._zh else f"Figure {self._next('figure')}"
