"""What a call log gave, whatever the switch."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from wfm.telephony.visit_fold import Attribution, RunningSums, with_quiet_intervals

__all__ = ["VisitImport"]


@dataclass(frozen=True, slots=True)
class VisitImport:
    """Visits of a call log.

    Parameters
    ----------
    visits
        :data:`wfm.telephony.visits.VISIT`.
    agents
        :data:`wfm.telephony.visits.AGENT_STATE`.
    rings
        Rings in vain: ``queue`` and moment ``at``.
    lines_read
        Lines or records that had not been read before.
    issues
        What was left out or counted nowhere (:data:`wfm.schema.ISSUE`).
    whole_from
        From this moment on every visit is here [epoch s]; earlier intervals would be too low.
    queues
        Queues of earlier instalments, which may have had no visit in this one.
    sums
        Visits of earlier days that were counted and not kept.
    """

    visits: pd.DataFrame
    agents: pd.DataFrame
    rings: pd.DataFrame
    lines_read: int
    issues: pd.DataFrame
    whole_from: float
    queues: tuple[str, ...] = ()
    sums: RunningSums | None = None

    @property
    def resume(self) -> str:
        """Where reading can go on, as text; empty where each reading is a whole."""
        return ""

    def intervals(
        self,
        interval_s: int,
        *,
        threshold_s: float,
        short_s: float,
        attribution: Attribution = Attribution.ARRIVAL,
        timezone: str = "UTC",
        quiet: bool = False,
    ) -> pd.DataFrame:
        """Interval history (:data:`wfm.schema.INTERVAL_HISTORY`); see :func:`fold_intervals`.

        After an instalment: the intervals of the last days, whole, to be put over what is stored.

        Parameters
        ----------
        quiet
            Also a row of zeros for each queue and interval in which nothing came, between the first
            and the last of the log; for a history, where a missing row means not known.
        """
        asked = RunningSums(interval_s, threshold_s, short_s, attribution, timezone)
        if self.sums is not None and not self.sums.counts_like(asked):
            raise ValueError("the earlier visits were counted in another way and are not kept")
        intervals = (self.sums or asked).with_rest(self.visits, self.rings)
        if quiet:
            intervals = with_quiet_intervals(intervals, interval_s, self.queues)
        since = pd.Timestamp(self.whole_from, unit="s", tz="UTC")
        return intervals[intervals["interval_start"] >= since].reset_index(drop=True)
