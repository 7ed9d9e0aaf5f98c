"""Need: totals stay, weeks tie out, the queue's own model staffs them."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from wfm.capacity import work_out_need
from wfm.capacity.need import FACTORS, QueueWeek, opening_counts
from wfm.capacity.timeline import months, weeks
from wfm.domain import Channel, Queue, ServiceTarget, StaffingModel
from wfm.intervals import OpeningHours
from wfm.pipeline.budget.capacity import CentreStaffer
from wfm.pipeline.budget.demand import flat_week

OFFICE = OpeningHours((((32400, 61200),),) * 5 + ((), ()), holidays=())


def test_interval_hours_are_month_hours(small, need_for):
    """Σ agents × length × dates of the intervals is the month's base hours, peak week or not."""
    for peak in (1.0, 1.2):
        inputs = small(4, peak_week=peak)
        need = need_for(inputs)
        rows = need.intervals
        by_month = rows.groupby("period")["hours"].sum()
        base = FACTORS.index(1.0)
        np.testing.assert_allclose(by_month, need.groups[0].hours[:, base])
        contacts = (rows["mean"] * rows["dates"]).groupby(rows["period"]).sum()
        np.testing.assert_allclose(contacts, 1600)
        dates = rows[rows["slot"] == 18].groupby("period")["dates"].sum()
        assert dates.tolist() == [period.weekdays for period in inputs.periods]


def test_the_peak_week_is_busier_and_the_month_stays(small, need_for):
    """A busiest week of 1.2 raises the agents at once by 1.2, not the contacts."""
    flat, peaked = (need_for(small(1, peak_week=peak)).groups[0] for peak in (1.0, 1.2))
    assert peaked.peak_agents[0] == pytest.approx(1.2 * flat.peak_agents[0])
    assert peaked.contacts[0] == flat.contacts[0]


def test_an_impossible_peak_week_is_refused(small, need_for):
    """A week five times the mean of its month leaves less than nothing for the others."""
    with pytest.raises(ValueError, match="less than nothing"):
        need_for(small(1, peak_week=5.0))


def test_public_holidays_close(small, week):
    """A closed Monday has no hours, and its contacts go to the other days."""
    inputs = small(1)
    day = dt.date(2026, 1, 5)
    dates, on_holiday = opening_counts(OFFICE, inputs.periods, 1800, {day})
    assert dates[0, 0].max() == 3
    assert on_holiday.sum() == 0
    open_then, marked = opening_counts(replace(OFFICE, holidays=None), inputs.periods, 1800, {day})
    assert open_then[0, 0].max() == 4
    assert marked[0, 0].max() == 1


def test_contacts_without_a_door_are_refused(small, week):
    """A queue that never opens cannot have contacts."""
    inputs = small(1)
    shut = QueueWeek(week(inputs).share, np.zeros((1, 7, 48)), np.zeros((1, 7, 48)))
    queue = Queue("q", OFFICE)
    with pytest.raises(ValueError, match="never open"):
        work_out_need(inputs, {"q": shut}, CentreStaffer({"q": queue}))
    with pytest.raises(ValueError, match="no week shape"):
        work_out_need(inputs, {}, CentreStaffer({"q": queue}))


def test_published_requirement_through_the_chain(small):
    """400 contacts in half an hour, 257 s, 80/20, cap 85 %: 68 net; at 30 % 97 or 98."""
    target = ServiceTarget(0.8, 20.0, max_occupancy=0.85)
    queue = Queue("q", OFFICE, model=StaffingModel.ERLANG_C, aht_s=257, target=target)
    inputs = small(1)
    share = flat_week(queue, 1800)
    dates, on_holiday = opening_counts(OFFICE, inputs.periods, 1800)
    demand = replace(inputs.queue[0], contacts=(400.0 * 16 * 22,), aht_s=(257.0,))
    inputs = replace(inputs, queue=(demand,))
    week = QueueWeek(share, dates, on_holiday)
    need = work_out_need(inputs, {"q": week}, CentreStaffer({"q": queue}))
    assert need.groups[0].peak_agents[0] == 68
    assert need.groups[0].base_hours(1.0)[0] == pytest.approx(68 * 8 * 22)
    gross = 68 / (1 - 0.30)
    assert 97 < gross < 98


def test_quiet_intervals_keep_their_least_staff(small):
    """Two agents whenever the door is open need more hours than the mean load would say."""
    queue = Queue("q", OFFICE, target=ServiceTarget(None, min_agents=2))
    inputs = small(1)
    demand = replace(inputs.queue[0], contacts=(22.0,))
    dates, on_holiday = opening_counts(OFFICE, inputs.periods, 1800)
    week = QueueWeek(flat_week(queue, 1800), dates, on_holiday)
    need = work_out_need(replace(inputs, queue=(demand,)), {"q": week}, CentreStaffer({"q": queue}))
    assert need.groups[0].base_hours(1.0)[0] == 2 * 8 * 22


def test_night_weekend_and_holiday_shares(small, need_for):
    """Around the clock, a third of the hours are night and the weekends are counted by date."""
    inputs = small(1)
    need = need_for(inputs, OpeningHours.always()).groups[0]
    assert need.night[0] == pytest.approx(8 / 24)
    assert need.weekend[0] == pytest.approx(9 / 31)
    assert need.night_open_h[0] == pytest.approx(31 * 8)


def test_periods_are_calendar_facts():
    """2026: 261 weekdays in twelve months; 52 weeks begin on Mondays."""
    year = months(dt.date(2026, 1, 1), 12)
    assert sum(period.weekdays for period in year) == 261
    assert sum(period.days for period in year) == 365
    assert all(period.start.weekday() == 0 for period in weeks(dt.date(2026, 1, 1), 52))


def _hours(inputs, queue):
    dates, on_holiday = opening_counts(OFFICE, inputs.periods, 1800)
    week = QueueWeek(flat_week(queue, 1800), dates, on_holiday, queue.channel)
    need = work_out_need(inputs, {"q": week}, CentreStaffer({"q": queue}))
    return need.groups[0]


def test_deferred_work_keeps_its_hours(small):
    """1600 e-mails of six minutes are 160 hours, whatever the levelling does at a week's edges."""
    queue = Queue("q", OFFICE, Channel.DEFERRED, target=ServiceTarget(0.95, 86400.0))
    need = _hours(small(2), queue)
    assert need.base_hours(1.0).tolist() == pytest.approx([160, 160])
    assert need.base_hours(2.0).tolist() == pytest.approx([320, 320])
    # a tenth of the people short all along: everything is late before long
    assert need.service_at(1.0)[0] > 0.95 > need.service_at(0.9)[0]


def test_slower_people_slow_every_chat(small):
    """Handle times of a chat grow at all levels, and so do its hours and not its promise."""
    queue = Queue("q", OFFICE, Channel.CHAT, aht_by_level_s=(360.0, 420.0, 520.0))
    inputs = small(1)
    demand = replace(inputs.queue[0], contacts=(40000.0,))
    need = _hours(replace(inputs, queue=(demand,)), queue)
    hours = [float(need.base_hours(factor)[0]) for factor in (1.0, 1.5, 2.0)]
    assert hours[0] < hours[1] < hours[2]
    assert hours[2] == pytest.approx(2 * hours[0], rel=0.1)
    assert need.service_at(1.0)[0] >= 0.8 > need.service_at(0.5)[0]
