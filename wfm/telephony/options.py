"""How interval files are to be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from wfm.intervals import OpeningHours
from wfm.telephony.findings import TOLERANCES

__all__ = ["ImportOptions"]


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How an interval file is to be read.

    Parameters
    ----------
    timezone
        IANA name of the zone whose wall clock the file shows.
    interval_s
        Length of the intervals to make [s]; a finer file is summed up.
    queue
        Name of the queue for files without a queue column.
    accept
        Names of :data:`wfm.telephony.TOLERANCES`; whatever they let through is in the issues.
    sheet
        Sheet of a workbook; the first one when None.
    opening
        Opening hours by queue, where known: then an interval missing at the edge of a day is a gap
        too, and one missing in closed hours is none.
    holidays
        Dates on which the holiday hours of ``opening`` hold.

    Raises
    ------
    ValueError
        When the interval does not divide a day or a tolerance has no such name.
    """

    timezone: str
    interval_s: int
    queue: str | None = None
    accept: frozenset[str] = frozenset()
    sheet: str | None = None
    opening: Mapping[str, OpeningHours] | None = None
    holidays: frozenset[dt.date] = frozenset()

    def __post_init__(self) -> None:
        """Refuse intervals and tolerances that do not exist."""
        if self.interval_s < 60 or 86_400 % self.interval_s:
            raise ValueError(f"interval_s must be 60 or more and divide a day: {self.interval_s}")
        unknown = sorted(self.accept - TOLERANCES.keys())
        if unknown:
            raise ValueError(
                f"no such tolerance: {', '.join(unknown)}; there are {', '.join(TOLERANCES)}"
            )
