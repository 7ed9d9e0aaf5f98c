"""The day of one switch as a live feed knows it: intervals, agents' time, gaps."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from zoneinfo import ZoneInfo

import pandas as pd

from wfm import schema
from wfm.errors import InputError, Problem
from wfm.telephony.agent_states import stored_states
from wfm.telephony.live.conversation import LiveCentre
from wfm.telephony.visit_fold import fold_intervals, with_quiet_intervals
from wfm.telephony.visits import agent_frame, ring_frame, visit_frame

__all__ = ["FeedOptions", "Gap", "LiveFeed"]

_VERSION = 1
_LATE_CALLS_S = 6 * 3600
"""Until so long after midnight calls of yesterday may still end."""


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """How a feed is counted.

    Parameters
    ----------
    timezone
        Zone whose midnight begins a day.
    interval_s
        Planning interval [s].
    threshold_s, short_s
        Answer threshold and longest short abandon [s].
    """

    timezone: str
    interval_s: int
    threshold_s: float = 20.0
    short_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Gap:
    """Time in which nothing was heard [epoch s]."""

    start: float
    end: float


@dataclass(slots=True)
class LiveFeed:
    """What one switch told, over all connections.

    Parameters
    ----------
    source
        Name of the switch.
    since
        Listening since [epoch s]; None before the first connection.
    heard_until
        Last moment at which the switch was heard [epoch s].
    """

    source: str
    centre: LiveCentre
    options: FeedOptions
    since: float | None = None
    heard_until: float | None = None
    gaps: list[Gap] = field(default_factory=list)

    def connected(self, now: float) -> Gap:
        """Note that the switch is heard again, or for the first time; the gap before it.

        The first one reaches back to the edge of the interval, of which the beginning is missing.
        """
        start = self._floor(now) if self.heard_until is None else self.heard_until
        gap = Gap(max(start, self.day_start(now)), now)
        self.gaps.append(gap)
        self.since = now if self.since is None else self.since
        self.heard_until = now
        return gap

    def day(self, now: float) -> dt.date:
        """Local day whose calls may still change; that of yesterday lasts into the morning."""
        zone = ZoneInfo(self.options.timezone)
        return dt.datetime.fromtimestamp(now - _LATE_CALLS_S, zone).date()

    def day_start(self, now: float) -> float:
        """Midnight that begins :meth:`day` [epoch s]."""
        zone = ZoneInfo(self.options.timezone)
        return dt.datetime.combine(self.day(now), dt.time(), zone).timestamp()

    def intervals(self, now: float) -> pd.DataFrame:
        """Interval history since :meth:`day_start`, the interval that goes on included.

        A row of zeros where the feed listened and nothing came. Who still waits counts as lost
        until the outcome comes.
        """
        if self.since is None:
            return schema.check(
                pd.DataFrame(columns=schema.INTERVAL_HISTORY.names), schema.INTERVAL_HISTORY
            )
        options, start = self.options, self.day_start(now)
        visits = [visit for visit in self.centre.visits() if visit.entered >= start]
        counted = fold_intervals(
            visit_frame(visits),
            options.interval_s,
            threshold_s=options.threshold_s,
            short_s=options.short_s,
            rings=ring_frame(visits),
            timezone=options.timezone,
        )
        heard = (self._floor(max(start, self.since)), self._floor(now))
        seen = self._with_edges(counted, heard)
        filled = with_quiet_intervals(seen, options.interval_s)
        unheard = filled["interval_start"].isin(list(map(_time, self._touched())))
        return filled[~(unheard & (filled["offered"] == 0))].reset_index(drop=True)

    def agents(self, now: float) -> pd.DataFrame:
        """Agents' time since :meth:`day_start` (:data:`wfm.schema.AGENT_STATE`)."""
        start = self.day_start(now)
        spans = [span for span in self.centre.spans(now) if (span.end or now) >= start]
        return stored_states(agent_frame(spans), self.source)

    def gap_issues(self, gap: Gap) -> pd.DataFrame:
        """Issues of a gap (:data:`wfm.schema.ISSUE`), one per interval and queue that it touches.

        Of a switch whose queues are not known yet, one for all of them.
        """
        said = " – ".join(f"{_time(moment):%Y-%m-%dT%H:%M:%SZ}" for moment in (gap.start, gap.end))
        queues: Iterable[str | None] = sorted(self.centre.queues()) or [None]
        rows = [
            {
                "kind": schema.LIVE_GAP,
                "queue": queue,
                "interval_start": _time(start),
                "file": self.source,
                "row": 0,
                "found": f"nothing heard {said}",
                "action": "figures too low until the log is imported",
                "effect_contacts": None,
            }
            for start in self._intervals_of(gap)
            for queue in queues
        ]
        return schema.check(pd.DataFrame(rows, columns=schema.ISSUE.names), schema.ISSUE)

    def dump(self) -> str:
        """State as JSON text, to go on from."""
        facts = {
            "version": _VERSION,
            "since": self.since,
            "heard_until": self.heard_until,
            "gaps": [asdict(gap) for gap in self.gaps[-200:]],
            "centre": self.centre.dump(),
        }
        return json.dumps(facts)

    @classmethod
    def load(
        cls,
        text: str,
        source: str,
        options: FeedOptions,
        make_centre: Callable[[str, str], LiveCentre],
    ) -> LiveFeed:
        """Feed as :meth:`dump` left it.

        Parameters
        ----------
        make_centre
            Centre of a source and its kept state.

        Raises
        ------
        InputError
            When the text is no such state.
        """
        try:
            raw = json.loads(text)
            if raw["version"] != _VERSION:
                raise ValueError(f"version {raw['version']}")
            gaps = [Gap(float(gap["start"]), float(gap["end"])) for gap in raw["gaps"]]
            moments = [None if raw[n] is None else float(raw[n]) for n in ("since", "heard_until")]
            centre = make_centre(source, str(raw["centre"]))
        except (ValueError, KeyError, TypeError) as error:
            fix = "remove the file; the feed then begins anew"
            raise InputError([Problem(f"is no state of a feed ({error})", fix=fix)]) from error
        return cls(source, centre, options, moments[0], moments[1], gaps)

    def _with_edges(self, counted: pd.DataFrame, heard: tuple[float, float]) -> pd.DataFrame:
        """Intervals, with zeros at the first and last that were heard, for each queue there is."""
        queues = self.centre.queues() | set(counted["queue"])
        edges = pd.DataFrame(
            [(queue, _time(start)) for queue in sorted(queues) for start in sorted(set(heard))],
            columns=["queue", "interval_start"],
        )
        zeros = edges.assign(interval_s=self.options.interval_s)
        zeros[[name for name in counted if name not in zeros]] = 0
        if zeros.empty:
            return counted
        both = [counted, schema.check(zeros, schema.INTERVAL_HISTORY)]
        every = pd.concat([frame for frame in both if len(frame)], ignore_index=True)
        return every.drop_duplicates(["queue", "interval_start"])

    def _touched(self) -> set[float]:
        return {start for gap in self.gaps for start in self._intervals_of(gap)}

    def _intervals_of(self, gap: Gap) -> list[float]:
        """Left edges of the intervals that a gap touches [epoch s]."""
        first, step = self._floor(gap.start), self.options.interval_s
        count = int((gap.end - first) // step) + 1
        return [first + place * step for place in range(count)]

    def _floor(self, moment: float) -> float:
        """Left edge of the interval that a moment is in [epoch s]."""
        zone = ZoneInfo(self.options.timezone)
        shift = dt.datetime.fromtimestamp(moment, zone).utcoffset() or dt.timedelta()
        local = moment + shift.total_seconds()
        return moment - local % self.options.interval_s


def _time(epoch: float) -> pd.Timestamp:
    return pd.Timestamp(round(epoch), unit="s", tz="UTC").as_unit("us")
