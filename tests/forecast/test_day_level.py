"""Day totals: effects found again, odd days and level shifts told apart."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from wfm.forecast import DayKind, QueueCalendar
from wfm.forecast.calendar import Days
from wfm.forecast.day_level import fit_day_level, refit_day_level
from wfm.forecast.day_strengths import USUAL
from wfm.intervals import holiday_names

WEEKDAY = np.array([1.3, 1.1, 1.0, 1.0, 0.9, 0.4, 0.3])


def some_days(count: int, first: dt.date = dt.date(2023, 1, 2)) -> Days:
    """Consecutive days with US holidays, every weekday open."""
    calendar = QueueCalendar(None, holiday_names("US", "", [2023, 2024]))
    return Days.span(first, count, calendar, np.ones(7, dtype=np.bool_))


def totals_of(days: Days, seed: int = 3, level: float = 1000.0) -> np.ndarray:
    """Poisson totals with a weekday pattern and 3 % day noise."""
    rng = np.random.default_rng(seed)
    rate = level * WEEKDAY[days.weekday] * rng.lognormal(0, 0.03, len(days))
    return rng.poisson(rate).astype(float)


def test_weekday_levels_are_found():
    """Two weeks ahead each weekday is within 4 % of its true rate."""
    days = some_days(154)
    ahead = days.cut(140, 154)
    said = fit_day_level(days.cut(0, 140), totals_of(days)[:140]).total(ahead)
    np.testing.assert_allclose(said, 1000 * WEEKDAY[ahead.weekday], rtol=0.04)


def test_an_earlier_origin_knows_no_later_day():
    """Totals after the origin do not move what an earlier origin says, strengths being equal."""
    days = some_days(140)
    fitted = fit_day_level(days, totals_of(days))
    until = days.date[97]
    ahead = days.cut(98, 112)
    n = 98
    kernel = fitted.alike(fitted.days, fitted.days)
    covariance = fitted.factor @ fitted.factor.T
    apart = ~np.eye(len(covariance), dtype=np.bool_)
    np.testing.assert_allclose(covariance[apart], kernel[apart], rtol=1e-8)
    alpha = np.linalg.solve(covariance[:n, :n], fitted.y[:n])
    cross = fitted.alike(ahead, fitted.days.cut(0, n))
    lift = 0.5 * np.minimum(np.diag(fitted.spread(ahead, until)), 0.3)
    direct = np.exp(fitted.centre + cross @ alpha + lift) - 0.5
    np.testing.assert_allclose(fitted.total(ahead, until), direct, rtol=1e-8)


@pytest.mark.parametrize("day", [60, 100, 139])
def test_one_storm_moves_the_forecast_little(day):
    """A day of five times its calls shifts the next two weeks by less than 3 %."""
    days = some_days(154)
    totals = totals_of(days)[:140]
    calm = fit_day_level(days.cut(0, 140), totals).total(days.cut(140, 154))
    totals[day] *= 5
    fitted = fit_day_level(days.cut(0, 140), totals)
    assert fitted.extra[day] > 5
    assert fitted.steps == ()
    assert abs(fitted.total(days.cut(140, 154)).sum() / calm.sum() - 1) < 0.03


def test_a_drop_of_the_level_is_followed_within_ten_days():
    """After 30 % fewer calls overnight the forecast is right ten days later."""
    days = some_days(164)
    totals = totals_of(days)
    totals[130:] = np.round(totals[130:] * 0.7)
    fitted = fit_day_level(days.cut(0, 140), totals[:140])
    assert [step - int(days.date[0].astype(np.int64)) for step in fitted.steps] == [130]
    said = fitted.total(days.cut(140, 154)).sum()
    assert said == pytest.approx(0.7 * 1000 * WEEKDAY.sum() * 2, rel=0.03)


def test_paydays_seen_often_are_foreseen():
    """A busy first of the month, seen eleven times, is foreseen at least half."""
    days = some_days(365)
    totals = totals_of(days)
    month_day = (days.date - days.date.astype("datetime64[M]").astype("datetime64[D]")).astype(int)
    totals = np.where(month_day <= 1, np.round(totals * 1.4), totals)
    said = fit_day_level(days.cut(0, 330), totals[:330]).total(days.cut(330, 365))
    ordinary = 1000 * WEEKDAY[days.weekday[330:]]
    first = month_day[330:] <= 1
    usual = days.kind[330:] == DayKind.ORDINARY
    assert (said / ordinary)[first & usual].mean() > 1.15
    assert abs((said / ordinary)[~first & usual].mean() - 1) < 0.05


def test_spread_grows_with_the_lead():
    """The further away the day, the less is known of it."""
    days = some_days(182)
    fitted = fit_day_level(days.cut(0, 140), totals_of(days)[:140])
    ahead = days.cut(140, 182)
    sd = np.sqrt(np.diag(fitted.spread(ahead)))[ahead.kind == DayKind.ORDINARY]
    assert sd[0] < sd[-1]
    assert 0.01 < sd[0] < 0.2


def test_little_history_stays_near_usual_strengths():
    """Three weeks say little: no strength is further than a factor of three from the usual."""
    days = some_days(21)
    strengths = fit_day_level(days, totals_of(days)).strengths
    for name, usual in USUAL.items():
        assert usual / 3 < np.exp(strengths[name]) < usual * 3


def test_the_same_days_once_more_give_the_same_level():
    """What an earlier fit learned gives its posterior again, to the last bit."""
    days = some_days(200)
    totals = totals_of(days)
    totals[100:] *= 1.5
    totals[140] = np.nan
    totals[160] *= 3
    learned = fit_day_level(days, totals)
    again = refit_day_level(days, totals, learned.state)
    ahead = some_days(14, dt.date(2023, 1, 2) + dt.timedelta(days=200))
    assert len(learned.steps) == 1
    assert np.array_equal(again.total(ahead), learned.total(ahead))
    assert np.array_equal(again.spread(ahead), learned.spread(ahead))


def test_new_days_are_taken_in_without_learning():
    """A week later the level is what learning it all again would say, within half a percent."""
    days = some_days(214)
    totals = totals_of(days)
    totals[193] *= 4
    state = fit_day_level(days.cut(0, 190), totals[:190]).state
    kept = refit_day_level(days.cut(0, 200), totals[:200], state)
    learned = fit_day_level(days.cut(0, 200), totals[:200])
    ahead = days.cut(200, 214)
    np.testing.assert_allclose(kept.total(ahead), learned.total(ahead), rtol=0.005)
    assert kept.extra[193] > 4
    assert kept.strengths == state.strengths


def test_a_new_shift_of_level_wants_learning():
    """Where the days since do not fit the old level, no posterior is given."""
    days = some_days(200)
    totals = totals_of(days)
    state = fit_day_level(days.cut(0, 190), totals[:190]).state
    totals[190:] *= 1.3
    assert refit_day_level(days, totals, state) is None


def seasonal_totals(days: Days, swing: float, seed: int = 5) -> np.ndarray:
    """Totals that swing by the season of the year, highest in winter."""
    turn = 2 * np.pi * days.date.astype(np.int64) / 365.25
    rng = np.random.default_rng(seed)
    return rng.poisson(totals_of(days, seed) * np.exp(swing * np.cos(turn))).astype(float)


def test_the_season_is_as_strong_as_the_years_say():
    """Winters of twice the summer's calls are foreseen six weeks ahead; a flat year stays flat."""
    days = some_days(800)
    said = {}
    for swing in (0.35, 0.0):
        fitted = fit_day_level(days.cut(0, 700), seasonal_totals(days, swing)[:700])
        said[swing] = np.exp(fitted.strengths["year"])
        ahead = days.cut(700, 742)
        turn = 2 * np.pi * ahead.date.astype(np.int64) / 365.25
        true = 1000 * WEEKDAY[ahead.weekday] * np.exp(swing * np.cos(turn))
        assert abs(fitted.total(ahead).sum() / true.sum() - 1) < 0.06
    assert said[0.35] > 0.12
    assert said[0.0] < 0.07


def test_years_far_back_enter_by_week_and_still_tell_the_season():
    """Four years are a few hundred rows, special days among them; the same month comes again."""
    days = some_days(1461, dt.date(2021, 1, 4))
    fitted = fit_day_level(days.cut(0, 1400), seasonal_totals(days, 0.3)[:1400])
    assert len(fitted.days) < 700
    assert (np.diff(fitted.days.date.astype(np.int64)) > 0).all()
    old = days.cut(0, 800)
    special = old.date[old.kind != DayKind.ORDINARY]
    assert np.isin(special, fitted.days.date).all()
    ahead = days.cut(1400, 1442)
    turn = 2 * np.pi * ahead.date.astype(np.int64) / 365.25
    true = 1000 * WEEKDAY[ahead.weekday] * np.exp(0.3 * np.cos(turn))
    assert abs(fitted.total(ahead).sum() / true.sum() - 1) < 0.03
    refitted = refit_day_level(days.cut(0, 1400), seasonal_totals(days, 0.3)[:1400], fitted.state)
    assert refitted is not None
    assert (refitted.total(ahead) == fitted.total(ahead)).all()


def test_a_storm_long_ago_is_no_level():
    """One day of ten times its calls, two years back, moves the forecast by less than 1 %."""
    days = some_days(1042)
    totals = totals_of(days)
    calm = fit_day_level(days.cut(0, 1000), totals[:1000]).total(days.cut(1000, 1042))
    totals[200] *= 10
    said = fit_day_level(days.cut(0, 1000), totals[:1000]).total(days.cut(1000, 1042))
    assert abs(said.sum() / calm.sum() - 1) < 0.01


def test_a_month_that_climbs_is_likely_to_move_on():
    """Four weeks that gain a third are expected to stray far; four level ones as usual."""
    days = some_days(28)
    climb = np.exp(0.3 * np.arange(28) / 28)
    calm, steep = [], []
    for seed in range(6):
        totals = totals_of(days, seed)
        calm.append(fit_day_level(days, totals).likely_movement())
        steep.append(fit_day_level(days, np.round(totals * climb)).likely_movement())
    assert np.mean(calm) < 1.6
    assert np.mean(steep) > 1.5 * np.mean(calm)
