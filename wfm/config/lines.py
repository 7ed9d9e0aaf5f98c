"""Where a key stands in a TOML file, which the standard reader does not tell.

A scan that follows headers, strings and brackets; values are left to :mod:`tomllib`.
"""

from __future__ import annotations

import re

__all__ = ["Lines"]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[A-Za-z0-9_.\-]+)\s*=""")

Path = tuple[str | int, ...]


class Lines:
    """Line numbers of the keys of one TOML text.

    Examples
    --------
    >>> lines = Lines('[[queue]]\\nname = "a"\\n[[queue]]\\nname = "b"\\nopen = { sat = "x" }\\n')
    >>> lines.of("queue", 1, "name"), lines.of("queue", 1, "open", "sat"), lines.of("queue", 0)
    (4, 5, 1)
    """

    def __init__(self, text: str) -> None:
        self._rows = text.splitlines()
        self._known: dict[Path, int] = {}
        self._scan()

    def of(self, *path: str | int) -> int:
        """Line of a key counted from 1; that of the nearest known parent when it is inside one."""
        for depth in range(len(path), 0, -1):
            line = self._known.get(path[:depth])
            if line is not None:
                return self._inside(line, path[depth:])
        return 1

    def _scan(self) -> None:
        counts: dict[str, int] = {}
        head: Path = ()
        depth = 0
        for number, row in enumerate(self._rows, 1):
            header = _HEADER.match(row) if depth == 0 else None
            if header:
                parts = [part.strip().strip("\"'") for part in header[2].split(".")]
                head = (*parts,)
                if header[1] == "[[":
                    counts[header[2]] = counts.get(header[2], -1) + 1
                    self._known.setdefault((*parts,), number)
                    head = (*parts, counts[header[2]])
                self._known.setdefault(head, number)
                continue
            key = _KEY.match(row) if depth == 0 else None
            if key:
                self._known.setdefault((*head, key[1].strip("\"'")), number)
            depth += _opened(row)

    def _inside(self, line: int, rest: Path) -> int:
        """Line of a key inside an inline value that starts at ``line``."""
        for part in rest:
            if isinstance(part, int):
                line = self._element(line, part)
                continue
            wanted = re.compile(rf"""(^|[\s,{{"'])({re.escape(part)})["']?\s*=""")
            end = line
            while end <= len(self._rows) and not wanted.search(self._rows[end - 1]):
                end += 1
                if _closes(self._rows[line - 1 : end - 1]):
                    break
            found = end <= len(self._rows) and wanted.search(self._rows[end - 1])
            line = end if found else line
        return line

    def _element(self, line: int, index: int) -> int:
        """Line on which the ``index``-th inline table of an array begins."""
        seen = -1
        for number in range(line, len(self._rows) + 1):
            seen += _bare(self._rows[number - 1]).count("{")
            if seen >= index:
                return number
        return line


def _bare(row: str) -> str:
    """The row without strings and comment."""
    return re.sub(r"""("[^"]*"|'[^']*')""", '""', row).split("#")[0]


def _opened(row: str) -> int:
    bare = _bare(row)
    return sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}")


def _closes(rows: list[str]) -> bool:
    return sum(map(_opened, rows)) <= 0 and len(rows) > 1
