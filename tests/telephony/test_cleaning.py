"""Doubtful days and intervals: planted ones are found, an honest history has none."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from wfm import schema
from wfm.intervals import OpeningHours
from wfm.telephony import ImportOptions, read_asterisk, read_csv
from wfm.telephony.cleaning import Doubts, find_doubts, find_long_visits

ZONE = "America/New_York"
OFFICE = {"q": OpeningHours((((8 * 3600, 20 * 3600),),) * 7)}


@pytest.fixture
def eight_weeks():
    """Poisson contacts, twelve open hours a day, six minutes each, over a clock change."""
    times = pd.date_range("2024-02-05", "2024-04-01", freq="30min", tz=ZONE, inclusive="left")
    local = times.tz_localize(None)
    is_open = (local.hour >= 8) & (local.hour < 20)
    offered = np.random.default_rng(4).poisson(np.where(is_open, 20.0, 0.0))
    frame = pd.DataFrame(
        {
            "queue": "q",
            "interval_start": times.tz_convert("UTC"),
            "interval_s": 1800,
            "offered": offered,
            "answered": offered,
            "abandoned": 0,
            "talk_s": offered * 360.0,
        }
    )
    return schema.check(frame, schema.INTERVAL_HISTORY)


def _at(clock: str) -> pd.Timestamp:
    return pd.Timestamp(clock, tz=ZONE).tz_convert("UTC")


def _doubts(history, **options) -> list[list]:
    issues = find_doubts(history, ZONE, opening=OFFICE, source="calls.csv", **options)
    return issues[["kind", "interval_start", "effect_contacts"]].values.tolist()


def test_an_honest_history(eight_weeks):
    """Chance alone raises no doubt."""
    assert _doubts(eight_weeks) == []
    assert find_doubts(eight_weeks, ZONE).empty


def test_an_outage(eight_weeks):
    """Two silent hours in the middle of a day, with the contacts that should have come."""
    start, end = _at("2024-03-12T10:00"), _at("2024-03-12T12:00")
    down = eight_weeks["interval_start"].between(start, end, inclusive="left")
    eight_weeks.loc[down, ["offered", "answered"]] = 0
    eight_weeks.loc[down, "talk_s"] = 0.0
    ((kind, at, effect),) = _doubts(eight_weeks)
    assert (kind, at) == ("outage", start)
    assert effect == pytest.approx(-80, abs=15)


def test_a_quiet_spell_is_no_outage(eight_weeks):
    """Four contacts an hour may well stay away for two hours."""
    thin = eight_weeks.copy()
    thin["offered"] = thin["offered"] // 10
    assert not any(kind == "outage" for kind, *_ in _doubts(thin))


def test_closed_hours_are_no_outage(eight_weeks):
    """With a Sunday that is closed by date, nothing is missed on it."""
    sunday = dt.date(2024, 3, 3)
    closed = {"q": OpeningHours(OFFICE["q"].week, dates=((sunday, ()),))}
    here = eight_weeks["interval_start"].dt.tz_convert(ZONE).dt.date == sunday
    eight_weeks.loc[here, ["offered", "answered"]] = 0
    eight_weeks.loc[here, "talk_s"] = 0.0
    assert find_doubts(eight_weeks, ZONE, opening=closed).empty
    kinds = find_doubts(eight_weeks, ZONE, opening=OFFICE)["kind"].tolist()
    assert sorted(kinds) == ["jump", "outage"]


def test_a_jump(eight_weeks):
    """A day of twice the usual is told, unless it is a holiday."""
    day = dt.date(2024, 3, 13)
    here = eight_weeks["interval_start"].dt.tz_convert(ZONE).dt.date == day
    eight_weeks.loc[here, "offered"] *= 2
    ((kind, at, effect),) = _doubts(eight_weeks)
    assert (kind, at) == ("jump", _at("2024-03-13"))
    assert effect == pytest.approx(480, abs=90)
    assert _doubts(eight_weeks, holidays=frozenset({day})) == []
    assert _doubts(eight_weeks, limits=Doubts(jump=2.0)) == []


def test_long_talk(eight_weeks):
    """One interval of an hour a contact."""
    place = eight_weeks.index[eight_weeks["offered"] > 0][100]
    eight_weeks.loc[place, "talk_s"] = 3700.0 * eight_weeks.loc[place, "answered"]
    ((kind, at, effect),) = _doubts(eight_weeks)
    assert (kind, at, effect) == ("long-talk", eight_weeks.loc[place, "interval_start"], 0.0)


def test_impossible_rows(eight_weeks):
    """Parts above their whole; unknown parts are no offence."""
    places = eight_weeks.index[eight_weeks["offered"] > 0][[10, 20, 30]]
    eight_weeks.loc[places[0], "answered"] += 1
    eight_weeks.loc[places[1], "short_abandoned"] = 1
    eight_weeks.loc[places[2], "answered_in_threshold"] = 999
    assert [kind for kind, *_ in _doubts(eight_weeks)] == ["impossible-row"] * 3


def test_a_thin_history(eight_weeks):
    """Counts alone, of one day, are no ground for doubt."""
    columns = ["queue", "interval_start", "interval_s", "offered"]
    thin = schema.check(eight_weeks[columns][:48], schema.INTERVAL_HISTORY)
    assert find_doubts(thin, ZONE, opening=OFFICE).empty
    assert find_doubts(thin[:0], ZONE).empty


def test_real_bank_calls(shared):
    """Five months of a real bank: no outage, and no day that is off by half."""
    path = shared / "data/calls/bank_calls_5min_dev.csv.gz"
    history = read_csv(path, ImportOptions(ZONE, 1800)).frame
    assert find_doubts(history, ZONE).empty


def test_open_intervals_without_a_row(eight_weeks):
    """A lost hour and a lost day are gaps with the contacts usual there; closed hours are none."""
    local = eight_weeks["interval_start"].dt.tz_convert(ZONE)
    hour = local.between(_at("2024-02-14T10:00"), _at("2024-02-14T11:00"), inclusive="left")
    day = local.dt.date == dt.date(2024, 3, 20)
    night = local.dt.hour < 6
    issues = find_doubts(eight_weeks[~(hour | day | night)], ZONE, opening=OFFICE)
    gaps = issues[issues["kind"] == "gap"]
    assert gaps["interval_start"].tolist() == [_at("2024-02-14T10:00"), _at("2024-03-20T08:00")]
    assert gaps["effect_contacts"].tolist() == pytest.approx([-40, -480], rel=0.2)
    assert gaps["found"].str.split().str[0].tolist() == ["2", "24"]
    assert set(gaps["action"]) == {"left out, not known"}


def test_outcomes_that_do_not_add_up(eight_weeks):
    """Where all seven outcomes are known they must make up the offered contacts."""
    columns = ["timeout", "key_exit", "empty_exit", "withdrawn", "lost"]
    whole = eight_weeks.assign(**dict.fromkeys(columns, 0))
    assert find_doubts(schema.check(whole, schema.INTERVAL_HISTORY), ZONE).empty
    place = whole.index[whole["offered"] > 0][7]
    whole.loc[place, "answered"] -= 1
    issues = find_doubts(schema.check(whole, schema.INTERVAL_HISTORY), ZONE)
    assert issues["found"].tolist() == ["the seven outcomes do not add up to offered"]
    whole.loc[place, "answered"] += 2
    issues = find_doubts(schema.check(whole, schema.INTERVAL_HISTORY), ZONE)
    assert issues["found"].tolist() == ["answered above offered"]


def test_a_day_that_has_only_begun(eight_weeks):
    """Half of today is no jump."""
    half = eight_weeks[eight_weeks["interval_start"] < _at("2024-03-31T11:00")]
    assert _doubts(half) == []


def test_a_visit_that_never_ends(shared):
    """Talk that ran on to the end of a transferred call, among ordinary visits."""
    day = shared / "data/telephony/asterisk_day"
    visits = read_asterisk(list(day.glob("queue_log*"))).visits
    assert find_long_visits(visits).empty
    place = visits.index[visits["talk_s"].notna()][5]
    visits.loc[place, "talk_s"] = 20_000.0
    issues = find_long_visits(visits, source="queue_log")
    assert issues["interval_start"].tolist() == [visits.loc[place, "entered"]]
    assert issues["found"].str.startswith("20000 s of talk").all()
