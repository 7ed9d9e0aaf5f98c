"""Outages, odd days, level shifts and events: found, told, kept out of what is learned."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from wfm.forecast import Event, QueueCalendar, Treat, Verdict, forecast

MIDNIGHT = dt.datetime(2023, 5, 1)
ASK = {"as_of": MIDNIGHT, "horizon_days": 7, "interval_s": 1800}


def test_an_outage_is_told_and_does_not_lower_the_forecast(make_history, office_calendar):
    """Four empty hours on a busy day are unknown, not zero."""
    history = make_history()
    out = history["start"].between("2023-04-19T10:00", "2023-04-19T13:30")
    broken = history.assign(offered=history["offered"].mask(out, 0))
    calendars = {"calls": office_calendar}
    result = forecast(broken, calendars, **ASK)
    told = result.findings.query("kind == 'outage'").iloc[0]
    assert (told["first"], told["last"]) == (
        pd.Timestamp("2023-04-19T10:00"),
        pd.Timestamp("2023-04-19T13:30"),
    )
    lost = history.loc[out, "offered"].sum()
    assert told["contacts"] == pytest.approx(-lost, rel=0.15)
    whole = forecast(history, calendars, **ASK).frame["mean"].sum()
    assert result.frame["mean"].sum() == pytest.approx(whole, rel=0.01)


def test_empty_intervals_of_a_quiet_queue_are_no_outage(make_history):
    """A queue of six contacts a day keeps its zeros."""
    result = forecast(make_history(per_day=6.0), {}, **ASK)
    assert (result.findings["kind"] != "outage").all()
    week = result.totals.query("level == 'week'")["mean"].iloc[0]
    assert week == pytest.approx(30, rel=0.15)


def test_a_storm_and_a_shift_are_told_apart(make_history, office_calendar):
    """One day of triple calls is odd; 40 % more for good from a Monday on is a new level."""
    history = make_history()
    day = history["start"].dt.normalize()
    factor = (day == "2023-02-15").map({True: 3.0, False: 1.0})
    factor *= (day >= "2023-04-03").map({True: 1.4, False: 1.0})
    changed = history.assign(offered=(history["offered"] * factor).round())
    result = forecast(changed, {"calls": office_calendar}, **ASK)
    findings = result.findings.set_index("kind")
    assert findings.loc["odd day", "first"] == pd.Timestamp("2023-02-15")
    assert findings.loc["odd day", "effect"] == pytest.approx(3.0, rel=0.15)
    assert findings.loc["level shift", "first"] == pd.Timestamp("2023-04-03")
    assert findings.loc["level shift", "effect"] == pytest.approx(1.4, rel=0.1)
    week = result.totals.query("level == 'week'")["mean"].iloc[0]
    assert week == pytest.approx(800 * 5 * 1.4, rel=0.04)


def test_a_campaign_is_learned_from_its_past_and_foreseen(make_history, office_calendar):
    """Three past mailings of +50 % lift the planned one and not the days between."""
    mailings = [dt.date(2023, 2, 7), dt.date(2023, 3, 7), dt.date(2023, 4, 4)]
    history = make_history()
    on = history["start"].dt.date.isin(mailings)
    lifted = history.assign(offered=history["offered"].where(~on, history["offered"] * 1.5))
    planned = dt.date(2023, 5, 2)
    events = tuple(Event("mailing", day, day) for day in [*mailings, planned])
    calendar = dataclasses.replace(office_calendar, events=events)
    totals = forecast(lifted, {"calls": calendar}, **ASK).totals.query("level == 'day'")
    calm = forecast(history, {"calls": office_calendar}, **ASK).totals.query("level == 'day'")
    ratio = (totals["mean"] / calm["mean"]).set_axis(totals["start"].dt.date)
    assert 1.25 < ratio[planned] < 1.55
    assert ratio[dt.date(2023, 5, 3)] == pytest.approx(1, abs=0.03)


def test_a_given_uplift_is_taken_as_it_is(make_history, office_calendar):
    """An event with an uplift multiplies its days by just that."""
    event = Event("tariff change", dt.date(2023, 5, 3), dt.date(2023, 5, 4), uplift=0.25)
    ask = {"calls": dataclasses.replace(office_calendar, events=(event,))}
    history = make_history()
    lifted = forecast(history, ask, **ASK).frame["mean"]
    calm = forecast(history, {"calls": office_calendar}, **ASK).frame
    days = calm["start"].dt.date
    inside = (days >= event.first) & (days <= event.last)
    pd.testing.assert_series_equal(lifted[inside], calm["mean"][inside] * 1.25)
    pd.testing.assert_series_equal(lifted[~inside], calm["mean"][~inside])


def test_an_impossible_event_is_refused():
    """An event that ends before it starts, or leaves less than nothing, is a ValueError."""
    day = dt.date(2023, 5, 3)
    with pytest.raises(ValueError, match="before it starts"):
        Event("x", day, day - dt.timedelta(days=1))
    with pytest.raises(ValueError, match="below -1"):
        Event("x", day, day, uplift=-1.5)


def told(history: pd.DataFrame, calendar: QueueCalendar) -> pd.DataFrame:
    """Findings of a history."""
    return forecast(history, {"calls": calendar}, **ASK).findings


@pytest.mark.parametrize("treat", Treat)
def test_a_planner_overrules_an_odd_day(make_history, office_calendar, treat):
    """Kept it counts, ignored and repaired it does not; each is told with its contacts."""
    history = make_history()
    storm = history["start"].dt.date == dt.date(2023, 4, 26)
    tripled = history.assign(offered=history["offered"].where(~storm, history["offered"] * 3))
    assert (told(tripled, office_calendar)["kind"] == "odd day").sum() == 1
    verdict = Verdict(dt.date(2023, 4, 26), dt.date(2023, 4, 26), treat)
    findings = told(tripled, dataclasses.replace(office_calendar, verdicts=(verdict,)))
    assert (findings["kind"] != "odd day").all()
    row = findings.set_index("kind").loc[str(treat)]
    more = tripled.loc[storm, "offered"].sum() - history.loc[storm, "offered"].sum()
    wide = 0.4 if treat is Treat.KEEP else 0.1
    assert row["contacts"] == pytest.approx(more, rel=wide)
    assert row["effect"] > 1.8


def test_a_kept_day_counts_and_an_ignored_one_does_not(make_history, office_calendar):
    """Four days of double calls before the origin: kept, they lift the week ahead."""
    history = make_history()
    late = history["start"] >= "2023-04-26"
    doubled = history.assign(offered=history["offered"].where(~late, history["offered"] * 2))

    def week(*treats: Treat) -> float:
        span = (dt.date(2023, 4, 26), dt.date(2023, 4, 28))
        calendar = dataclasses.replace(
            office_calendar, verdicts=tuple(Verdict(*span, treat) for treat in treats)
        )
        return float(forecast(doubled, {"calls": calendar}, **ASK).frame["mean"].sum())

    calm = forecast(history, {"calls": office_calendar}, **ASK).frame["mean"].sum()
    assert week(Treat.IGNORE) == pytest.approx(calm, rel=0.02)
    assert week(Treat.REPAIR) == pytest.approx(calm, rel=0.02)
    assert week(Treat.KEEP) > 1.2 * calm


def test_empty_hours_that_are_kept_are_no_outage(make_history, office_calendar):
    """Four empty hours that a planner vouches for stay zero, and lower what is learned."""
    history = make_history()
    out = history["start"].between("2023-04-19T10:00", "2023-04-19T13:30")
    broken = history.assign(offered=history["offered"].mask(out, 0))
    span = (dt.date(2023, 4, 19), dt.date(2023, 4, 19))
    verdict = Verdict(*span, Treat.KEEP, 36_000, 50_400)
    findings = told(broken, dataclasses.replace(office_calendar, verdicts=(verdict,)))
    row = findings.set_index("kind").loc["keep"]
    assert "outage" not in set(findings["kind"])
    assert row["first"] == pd.Timestamp("2023-04-19T10:00")
    assert row["contacts"] < 0


def test_a_shift_that_is_kept_is_none(make_history, office_calendar):
    """A planner who knows better forbids the new level."""
    history = make_history()
    late = history["start"] >= "2023-04-03"
    changed = history.assign(offered=history["offered"].where(~late, history["offered"] * 1.4))
    assert "level shift" in set(told(changed, office_calendar)["kind"])
    verdict = Verdict(dt.date(2023, 3, 27), dt.date(2023, 4, 14), Treat.KEEP)
    kept = told(changed, dataclasses.replace(office_calendar, verdicts=(verdict,)))
    shifts = kept.loc[kept["kind"] == "level shift", "first"]
    assert not shifts.between("2023-03-27", "2023-04-14").any()


def test_a_verdict_that_ends_before_it_starts_is_refused():
    """Misuse is told."""
    day = dt.date(2023, 5, 3)
    with pytest.raises(ValueError, match="before it starts"):
        Verdict(day, day - dt.timedelta(days=1), Treat.KEEP)
