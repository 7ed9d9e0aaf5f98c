"""What live feeds keep in the store: intervals of the day, gaps and how logs heal them."""

import datetime as dt

import pandas as pd
import pytest

from wfm import schema
from wfm.errors import InputError
from wfm.schema import LIVE_GAP
from wfm.store.live import HealedGap

NOW = dt.datetime(2026, 11, 22, 4, 30, tzinfo=dt.UTC)
TODAY = NOW.date()
EIGHT = pd.Timestamp("2026-11-22T08:00Z")


def gap(queue: str | None, start: pd.Timestamp) -> pd.DataFrame:
    """One interval in which the feed was cut."""
    row = {"kind": LIVE_GAP, "queue": queue, "interval_start": start, "file": "pbx", "row": 0}
    return pd.DataFrame([{**row, "found": "cut", "action": "wait", "effect_contacts": None}])


def test_a_day_of_a_feed_is_one_line_of_the_log(store, morning):
    """Hundreds of writes a day add up in one import; the next day has a line of its own."""
    store.write_live(morning[:2], source="pbx", day=TODAY, now=NOW)
    changed = morning.assign(offered=morning["offered"] + 5)
    counts = store.write_live(changed, source="pbx", day=TODAY, now=NOW + dt.timedelta(minutes=1))
    assert (counts.new, counts.changed, counts.import_id) == (2, 2, 1)
    store.write_live(morning[:0], source="pbx", day=TODAY + dt.timedelta(days=1), now=NOW)
    log = store.imports()
    assert log[["import_id", "new", "changed"]].to_numpy().tolist() == [[1, 4, 2], [2, 0, 0]]
    pd.testing.assert_frame_equal(store.history(), changed)


def test_a_log_heals_gaps_of_its_queues_and_time_only(store, bring_in, morning):
    """Healed gaps keep their row, say by what, and are given to the feed to leave alone."""
    first, after = (
        morning["interval_start"].min(),
        morning["interval_start"].max() + EIGHT.resolution,
    )
    queue = str(morning["queue"].iloc[0])
    issues = [gap(queue, first), gap(None, first), gap("other", first), gap(queue, after)]
    bring_in(morning, issues=pd.concat(issues, ignore_index=True))
    assert store.heal_gaps(morning, "queue_log") == 2
    told = store.issues()
    assert (told["kind"] == LIVE_GAP).tolist() == [False, False, True, True]
    assert told["action"].tolist()[:2] == ["replaced by queue_log"] * 2
    start = first.to_pydatetime()
    assert store.healed_gaps(start) == {HealedGap(queue, start), HealedGap(None, start)}
    assert store.heal_gaps(morning[:0], "queue_log") == 0


def stretches(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    """Agents' time from agent, state, first and last minute after eight."""
    frame = pd.DataFrame(
        [
            {
                "agent": agent,
                "state": state,
                "start": EIGHT + pd.Timedelta(minutes=first),
                "end": EIGHT + pd.Timedelta(minutes=last),
                "queue": "",
                "reason": "",
                "ended_by": "closed",
                "source": "pbx",
            }
            for agent, state, first, last in rows
        ]
    )
    return schema.check(frame, schema.AGENT_STATE)


def test_agents_time_is_replaced_where_it_overlaps(store):
    """The log's shifted copy stands in for the live one; neighbours and other agents stay."""
    store.write_agent_states(stretches(("ann", "pause", 0, 5), ("ann", "talk", 90, 95)))
    store.write_agent_states(stretches(("bob", "pause", 1, 5), ("ann", "pause", 6, 7)))
    log = stretches(("ann", "pause", 1, 6), ("ann", "login", 0, 60))
    store.write_agent_states(log)
    store.write_agent_states(log)
    kept = store.agent_states()
    minutes = (kept["start"] - EIGHT).dt.total_seconds() / 60
    assert list(zip(kept["agent"], kept["state"], minutes, strict=True)) == [
        ("ann", "login", 0),
        ("ann", "pause", 1),
        ("ann", "pause", 6),
        ("ann", "talk", 90),
        ("bob", "pause", 1),
    ]
    at = EIGHT + pd.Timedelta(minutes=60)
    assert store.agent_states(start=at.to_pydatetime())["state"].tolist() == ["talk"]
    assert len(store.agent_states(end=at.to_pydatetime())) == 4
    store.write_agent_states(log[:0])


@pytest.mark.parametrize("missing", ["agent", "source"])
def test_agents_time_without_a_column_is_refused(store, missing):
    """Nothing of it is kept."""
    with pytest.raises(InputError, match=missing):
        store.write_agent_states(stretches(("ann", "pause", 0, 5)).drop(columns=missing))
    assert store.agent_states().empty
