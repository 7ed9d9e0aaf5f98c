"""Feeds outward: what is written in another planner's layout reads back to the same numbers."""

import csv
import io

import pandas as pd
import pytest

from wfm import schema
from wfm.intervals import day_intervals
from wfm.telephony import (
    ImportOptions,
    agent_feed,
    interval_feed,
    load_profile,
    read_asterisk,
    read_profile,
    state_changes,
    stored_states,
)

KEPT = {
    "teleopti": [
        "offered",
        "answered",
        "abandoned",
        "short_abandoned",
        "answered_in_threshold",
        "wait_answered_s",
        "wait_abandoned_s",
        "talk_s",
    ],
    "genesys-import": ["offered", "answered", "talk_s"],
    "eleveo": ["offered", "answered", "abandoned", "talk_s"],
}
KEY = ["queue", "interval_start"]


@pytest.fixture
def recorded(shared):
    """The recorded day by quarter hours, and its agents' time."""
    result = read_asterisk(list((shared / "data/telephony/asterisk_day").glob("queue_log*")))
    history = result.intervals(900, threshold_s=20, short_s=5, quiet=True)
    return history, stored_states(result.agents, "pbx")


@pytest.fixture(params=[("America/New_York", "2024-11-03"), ("Europe/Madrid", "2024-03-31")])
def night(request):
    """A local day with a clock change, every quarter hour with another count."""
    timezone, day = request.param
    starts = day_intervals(pd.Timestamp(day).date(), timezone, 900)
    counts = range(1, len(starts) + 1)
    frame = pd.DataFrame(
        {
            "queue": "a;b, 007",
            "interval_start": starts,
            "interval_s": 900,
            "offered": counts,
            "answered": counts,
            "abandoned": 0,
            "short_abandoned": 0,
            "answered_in_threshold": 0,
            "wait_answered_s": 1.0,
            "wait_abandoned_s": 0.0,
            "talk_s": [180.0 * count for count in counts],
        }
    )
    return schema.check(frame, schema.INTERVAL_HISTORY), timezone


def read_back(tmp_path, text: str, layout: str, timezone: str, interval_s: int = 900):
    """History of a feed, through the profile of the same name."""
    path = tmp_path / "feed.csv"
    path.write_text(text, encoding="utf-8")
    accept = frozenset({"repeated-hour"})
    options = ImportOptions(timezone, interval_s, accept=accept)
    return read_profile(path, load_profile(layout), options).frame


@pytest.mark.parametrize("layout", KEPT)
@pytest.mark.parametrize("timezone", ["UTC", "America/New_York"])
def test_the_recorded_day_comes_back(recorded, tmp_path, layout, timezone):
    """Every figure that a layout has, cell by cell."""
    history, _ = recorded
    made = read_back(tmp_path, interval_feed(history, layout, timezone), layout, timezone)
    names = [*KEY, *KEPT[layout]]
    left, right = (each.sort_values(KEY)[names].reset_index(drop=True) for each in (made, history))
    pd.testing.assert_frame_equal(left, right, check_dtype=False)


@pytest.mark.parametrize("layout", KEPT)
def test_both_clock_changes_come_back(night, tmp_path, layout):
    """92 or 100 quarter hours, a queue whose name has delimiters, sums kept."""
    history, timezone = night
    text = interval_feed(history, layout, timezone)
    made = read_back(tmp_path, text, layout, timezone)
    assert len(made) == len(history)
    names = [*KEY, *KEPT[layout]]
    pd.testing.assert_frame_equal(
        made.sort_values(KEY)[names].reset_index(drop=True), history[names], check_dtype=False
    )


def test_the_21_columns(recorded):
    """No header, all fields, whole numbers, sorted by time; the other exits are overflow out."""
    history, _ = recorded
    rows = list(csv.reader(io.StringIO(interval_feed(history, "teleopti", "UTC")), delimiter=";"))
    assert {len(row) for row in rows} == {21}
    assert [row[1:3] for row in rows] == sorted(row[1:3] for row in rows)
    assert all(cell.isdigit() for row in rows for cell in [row[0], row[1], row[3], *row[5:]])
    out = sum(int(row[8]) for row in rows)
    others = ["timeout", "key_exit", "empty_exit", "withdrawn", "lost"]
    assert out == history[others].sum().sum() > 0


def test_what_a_layout_cannot_hold(recorded):
    """Other lengths than it knows, and layouts that nobody has."""
    history, _ = recorded
    for layout, interval_s in (("eleveo", 1800), ("genesys-import", 300)):
        with pytest.raises(ValueError, match=layout):
            interval_feed(history.assign(interval_s=interval_s), layout, "UTC")
    for feed in (lambda: interval_feed(history, "nortel", "UTC"), lambda: agent_feed(history, "x")):
        with pytest.raises(ValueError, match="no such layout"):
            feed()


def test_every_stretch_is_there(recorded):
    """The feed of stretches has each of them with its length."""
    _, states = recorded
    feed = pd.read_csv(io.StringIO(agent_feed(states, "states")), keep_default_na=False)
    length_s = (states["end"] - states["start"]).dt.total_seconds()
    assert feed.groupby("state")["seconds"].sum().to_dict() == (
        length_s.groupby(states["state"]).sum().to_dict()
    )
    assert len(feed) == len(states)


def test_changes_minute_by_minute(recorded):
    """At every moment looked at, an agent's state is the highest of those that hold then."""
    _, states = recorded
    words = {"talk": "TALK", "pause": "PAUSE", "login": "READY", "member": "READY"}
    changes = state_changes(states)
    for agent, part in states.groupby("agent"):
        own = changes[changes["agent"] == agent].set_index("at")["state"]
        seconds = pd.date_range(part["start"].min(), part["end"].max(), freq="61s")
        told = own.reindex(own.index.union(seconds)).ffill().reindex(seconds)
        for at, state in told.items():
            here = part[(part["start"] <= at) & (part["end"] > at)]["state"]
            wanted = next((words[name] for name in words if name in set(here)), "LOGGED OFF")
            assert state == wanted, (agent, at)


def test_state_input(recorded):
    """One row per change, UTC, who is logged off is not logged on."""
    _, states = recorded
    rows = list(csv.DictReader(io.StringIO(agent_feed(states, "teleopti-rta")), delimiter=";"))
    assert len(rows) == len(state_changes(states))
    assert {row["IsLoggedOn"] for row in rows if row["StateCode"] == "LOGGED OFF"} == {"false"}
    assert {row["IsLoggedOn"] for row in rows if row["StateCode"] != "LOGGED OFF"} == {"true"}
    assert all(row["Timestamp"].endswith("Z") and row["SourceId"] == "pbx" for row in rows)
    times = [row["Timestamp"] for row in rows]
    assert times == sorted(times)
