"""Line after line from a log that is rotated, renamed, packed, copied and cut anywhere.

A file is known by what it holds, not by its name: a log that was renamed to ``.0`` or packed since
the last reading still begins with the same bytes, so reading goes on behind them. Files are put in
the order of their first line. A line that the rotation cut in two is put together again. Where one
file repeats the end of another (copytruncate), the repeated lines are left out.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple, cast

from wfm.errors import InputError, Problem

__all__ = ["LogFiles", "LogLine", "Prefix"]

_WHOLE_LINE = re.compile(rb"[1-9]\d{9}\|[^|]*\|[^|]*\|[^|]*\|[A-Z]")
_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Prefix:
    """Beginning of a file that has been read.

    Parameters
    ----------
    length
        Bytes, unpacked.
    rows
        Lines.
    sha256
        Of those bytes.
    """

    length: int
    rows: int
    sha256: str


class LogLine(NamedTuple):
    """One line, without its end, and where it stands."""

    file: str
    row: int
    text: bytes


@dataclass(slots=True)
class _Source:
    """One file that still has something to read."""

    path: Path
    skip: Prefix
    first_epoch: int


@dataclass(slots=True)
class LogFiles:
    """Files of one log.

    Parameters
    ----------
    known
        Beginnings read before.
    tail
        Piece of a line at which the last reading stopped, with the beginning that includes it.

    Notes
    -----
    After :meth:`lines` is exhausted, ``known`` and ``tail`` are what the next reading needs.
    """

    known: list[Prefix] = field(default_factory=list)
    tail: tuple[LogLine, Prefix] | None = None

    def lines(self, paths: Sequence[str | Path]) -> Iterator[LogLine]:
        """Lines that have not been read before, in the order they were written.

        Raises
        ------
        InputError
            When a file cannot be read.
        """
        sources = _in_order(self._unread(paths))
        seen: Counter[bytes] = Counter()
        last_epoch = 0
        for place, source in enumerate(sources):
            later = [each.first_epoch for each in sources[place + 1 :]]
            keep_from = min(later, default=None)
            overlaps = source.first_epoch < last_epoch
            here: Counter[bytes] = Counter()
            for line in self._lines_of(source):
                epoch = _epoch_of(line.text)
                if overlaps or (keep_from is not None and epoch >= keep_from):
                    here[line.text] += 1
                    if overlaps and here[line.text] <= seen[line.text]:
                        continue
                last_epoch = max(last_epoch, epoch)
                yield line
            seen |= here

    def _unread(self, paths: Sequence[str | Path]) -> list[_Source]:
        """Files with something new, each once; all that cannot be read at once."""
        sources, problems, contents = [], [], set()
        for path in map(Path, paths):
            try:
                skip, whole = self._known_part(path)
                if whole not in contents and whole.length > skip.length:
                    sources.append(_Source(path, skip, _first_epoch(path, skip.length)))
                contents.add(whole)
            except (OSError, EOFError, zlib.error) as error:
                reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
                fix = "check the name and rights, or unpack it by hand"
                problems.append(Problem(f"cannot be read ({reason})", str(path), fix=fix))
        if problems:
            raise InputError(problems)
        return sources

    def _known_part(self, path: Path) -> tuple[Prefix, Prefix]:
        """Longest known beginning of a file, and the file as a whole."""
        known = {(prefix.length, prefix.sha256): prefix for prefix in self.known}
        cut = self.tail[1] if self.tail else Prefix(0, 0, "")
        marks = sorted({*(length for length, _ in known), cut.length} - {0})
        found = Prefix(0, 0, "")
        sha, length, rows, grown = hashlib.sha256(), 0, 0, False
        with _opened(path) as stream:
            while raw := stream.read(_CHUNK):
                while marks and marks[0] <= length + len(raw):
                    mark = marks.pop(0)
                    part = sha.copy()
                    part.update(raw[: mark - length])
                    found = known.get((mark, part.hexdigest()), found)
                    grown |= (mark, part.hexdigest()) == (cut.length, cut.sha256)
                sha.update(raw)
                length, rows = length + len(raw), rows + raw.count(b"\n")
        if grown and length > cut.length:
            # the line that was cut in two is whole now and will be read from here
            self.tail = None
        elif grown:
            # nothing came since: its last piece is in the tail already
            found = cut
        return found, Prefix(length, rows, sha.hexdigest())

    def _lines_of(self, source: _Source) -> Iterator[LogLine]:
        """New whole lines of one file; a piece at its end becomes the tail."""
        sha = hashlib.sha256()
        length, row = source.skip.length, source.skip.rows
        file = str(source.path)
        first = True
        with _opened(source.path) as stream:
            sha.update(stream.read(length))
            for raw in stream:
                row += 1
                text, place = raw, LogLine(file, row, b"")
                if first and self.tail is not None:
                    piece, prefix = self.tail
                    self.tail = None
                    self._remember(prefix)
                    if _WHOLE_LINE.match(raw):
                        yield piece
                    else:
                        text, place = piece.text + raw, piece
                first = False
                if not raw.endswith(b"\n"):
                    self._remember(Prefix(length, row - 1, sha.hexdigest()))
                    sha.update(raw)
                    line = LogLine(place.file, place.row, _without_caller(text))
                    self.tail = (line, Prefix(length + len(raw), row, sha.hexdigest()))
                    return
                sha.update(raw)
                length += len(raw)
                yield LogLine(place.file, place.row, text.rstrip(b"\r\n"))
        self._remember(Prefix(length, row, sha.hexdigest()))

    def _remember(self, prefix: Prefix) -> None:
        if prefix.length:
            self.known = [*self.known, prefix][-200:]


def _in_order(sources: list[_Source]) -> list[_Source]:
    """Files by their first line; one without a whole line stays behind the one before it."""
    epoch = 0
    for source in sources:
        epoch = source.first_epoch = source.first_epoch or epoch
    return sorted(sources, key=lambda source: source.first_epoch)


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as stream:
        packed = stream.read(2) == _GZIP_MAGIC
    return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")


def _without_caller(piece: bytes) -> bytes:
    """Piece of a line as it may be kept: the caller's number of an ENTERQUEUE struck out."""
    fields = piece.split(b"|")
    if len(fields) > 6 and fields[4] == b"ENTERQUEUE":
        fields[6] = re.sub(rb"\d", b"0", fields[6])
    return b"|".join(fields)


def _first_epoch(path: Path, skip: int) -> int:
    """Time of the first whole line behind the part that is skipped; 0 where there is none."""
    with _opened(path) as stream:
        stream.read(skip)
        for raw in stream:
            if _WHOLE_LINE.match(raw):
                return int(raw[:10])
    return 0


def _epoch_of(text: bytes) -> int:
    return int(text[:10]) if _WHOLE_LINE.match(text) else 0
