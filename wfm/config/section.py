"""One table of wfm.toml: typed reading that collects problems instead of stopping at the first."""

from __future__ import annotations

import math
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, TypeVar

from wfm.config.lines import Lines
from wfm.config.units import duration_range_s, duration_s
from wfm.errors import Problem

__all__ = ["Section"]

T = TypeVar("T")


class Section:
    """A table and its place; every reading method returns the default after a problem.

    Parameters
    ----------
    table
        The table as :mod:`tomllib` gave it.
    path
        Its place in the file, like ``("queue", 0)``.
    problems
        The list that all sections of a file write to.
    parent
        The section that this one stands in.
    """

    def __init__(
        self,
        table: Any,
        path: tuple[str | int, ...],
        *,
        file: str,
        lines: Lines,
        problems: list[Problem],
        parent: Section | None = None,
    ) -> None:
        self.file, self.lines, self.problems, self.path = file, lines, problems, path
        self._parent = parent
        self._sound = True
        self._seen: set[str] = set()
        self._children: dict[str, list[Section]] = {}
        self.table: dict[str, Any] = table if isinstance(table, dict) else {}
        if not isinstance(table, dict):
            self.complain("", "is not a table", found=str(table), fix="write it as a table of keys")

    @property
    def name(self) -> str:
        """How the section is called in messages, ``queue 'bank'`` or ``centre``."""
        head = ".".join(str(part) for part in self.path if isinstance(part, str))
        label = self.table.get("name")
        if isinstance(label, str):
            return f"{head} {label!r}"
        named = self._parent is not None and "name" in self._parent.table
        return f"{self._parent.name}.{self.path[-1]}" if self._parent and named else head

    def complain(self, key: str, what: str, *, found: str = "", fix: str = "") -> None:
        """Note a problem at ``key`` (or at the section itself when it is empty)."""
        self._seen.add(key)
        line = self.lines.of(*self.path, key) if key else self.lines.of(*self.path)
        column = ".".join(part for part in (self.name, key) if part)
        self.problems.append(Problem(what, self.file, line, column, found, fix))
        self._spoil()

    def _spoil(self) -> None:
        """Note that this section, and so those around it, cannot be built."""
        self._sound = False
        if self._parent is not None:
            self._parent._spoil()

    def child(self, key: str) -> Section:
        """Sub-table; an empty one when it is absent."""
        self._seen.add(key)
        return self._section(self.table.get(key, {}), (*self.path, key))

    def children(self, key: str) -> list[Section]:
        """Sub-tables of an array; the same ones when asked again."""
        if key not in self._children:
            self._seen.add(key)
            tables = self.table.get(key, [])
            if not isinstance(tables, list):
                fix = f"write [[{key}]] or [{{…}}, {{…}}]"
                self.complain(key, "is not a list of tables", fix=fix)
                tables = []
            self._children[key] = [
                self._section(table, (*self.path, key, i)) for i, table in enumerate(tables)
            ]
        return self._children[key]

    def _section(self, table: Any, path: tuple[str | int, ...]) -> Section:
        return Section(
            table, path, file=self.file, lines=self.lines, problems=self.problems, parent=self
        )

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self.table

    def read(
        self, key: str, default: T, convert: Callable[[Any], T], *, required: bool = False
    ) -> T:
        """Value of a key through ``convert``, which raises ValueError or TypeError to complain."""
        self._seen.add(key)
        if key not in self.table:
            if required:
                self.complain(key, "is missing", fix="add the key")
            return default
        try:
            return convert(self.table[key])
        except (ValueError, TypeError) as error:
            self.complain(key, str(error), found=str(self.table[key]))
            return default

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """Text; not an empty one when it is required."""
        return self.read(key, default, _filled if required else _text, required=required)

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Tuple of a list of texts."""
        return self.read(key, (), _texts, required=required)

    def number(self, key: str, default: float, *, required: bool = False) -> float:
        """Number at least 0."""
        return self.read(key, default, _number, required=required)

    def whole(self, key: str, default: int) -> int:
        """Whole number at least 0."""
        return self.read(key, default, _whole)

    def fraction(self, key: str, default: float | None) -> float | None:
        """Fraction from 0 to 1."""
        return self.read(key, default, _fraction)

    def duration(self, key: str, default: int, *, required: bool = False) -> int:
        """Duration above 0 [s]."""
        return self.read(key, default, lambda v: _positive(duration_s(_text(v))), required=required)

    def duration_range(self, key: str, default: tuple[int, int]) -> tuple[int, int]:
        """Range of durations [s]."""
        return self.read(key, default, lambda v: duration_range_s(_text(v)), required=True)

    def build(self, make: Callable[[], T]) -> T | None:
        """Object made from what was read; its ValueError becomes a problem of the section.

        Nothing is made of a section with problems: defaults in their place would only raise more.
        """
        if not self._sound:
            return None
        try:
            return make()
        except ValueError as error:
            self.complain("", str(error).removeprefix(f"{self.name}: "))
            return None

    def finish(self) -> None:
        """Refuse the keys that nobody read."""
        known = sorted(self._seen - {""})
        for key in self.table:
            if key not in self._seen:
                near = get_close_matches(key, known, n=1)
                meant = f"did you mean {near[0]}? " if near else ""
                self.complain(key, "unknown key", fix=f"{meant}known are {', '.join(known)}")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError('is not text; write it in quotes, with its unit if it has one ("30m")')
    return value


def _filled(value: Any) -> str:
    if not _text(value).strip():
        raise ValueError("is empty")
    return str(value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError('is not a list of texts, like ["a", "b"]')
    return tuple(value)


def _number(value: Any) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, str) and value.strip().endswith("%"):
        raise TypeError("is a text; write a share as a number, 80 % as 0.80")
    if not good or not 0 <= value < math.inf:
        raise TypeError("is not a number of at least 0")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError("is not a whole number of at least 0")
    return value


def _fraction(value: Any) -> float:
    number = _number(value)
    if number > 1:
        raise ValueError("is not a fraction from 0 to 1; write 80 % as 0.80")
    return number


def _positive(seconds: int) -> int:
    if seconds <= 0:
        raise ValueError("must be longer than 0")
    return seconds
