"""The last touch on a roster."""

from __future__ import annotations

import datetime as dt

import numpy as np

from wfm.domain import ShiftTemplate
from wfm.scheduling.assign import RosterProblem
from wfm.scheduling.catalogue import compile_catalogue
from wfm.scheduling.flow import cover_cost
from wfm.scheduling.line import Demand, build_line
from wfm.scheduling.polish import polish
from wfm.scheduling.problem import Block, CoverProblem, staff_on_line

H = 3600


def two_days(need_from: int) -> tuple[CoverProblem, RosterProblem]:
    """One person, two days of four to eight hours from 06:00 to 14:00; need from some hour on."""
    template = ShiftTemplate("t", (6 * H, 14 * H), H, (4 * H, 8 * H), H)
    line = build_line((dt.date(2024, 5, 6), dt.date(2024, 5, 7)), H, "UTC")
    catalogue = compile_catalogue(line, [template])
    need = np.zeros(line.length)
    for day in (0, 24):
        need[day + need_from : day + 22] = 1.0
    price = np.ones(line.length)
    demand = Demand("q", need, 4 * price, price, need > 0)
    block = Block("b", np.arange(len(catalogue)))
    cover = CoverProblem(line, catalogue, (demand,), (block,), np.zeros(line.length))
    none = np.empty(0, dtype=np.int64)
    person = RosterProblem(
        days_on_line=2,
        day=none,
        start=none,
        end=none,
        paid_s=none,
        count=none,
        days=np.array([[2, 2]]),
        paid_range_s=np.array([[8 * H, 14 * H]]),
        rest=np.array([11]),
        in_row=np.array([5]),
        allowed=np.ones((1, 0), dtype=bool),
        price=np.zeros((1, 0)),
        last_end=np.array([-100]),
        run=np.array([0]),
    )
    return cover, person


def pick(cover: CoverProblem, day: int, clock_h: int, length: int) -> int:
    """The option of a day, start and length."""
    made = cover.catalogue
    fits = (made.day == day) & (made.clock_s == clock_h * H) & (made.end - made.start == length)
    return int(np.flatnonzero(fits)[0])


def run(cover: CoverProblem, person: RosterProblem, week: list[int], **more) -> np.ndarray:
    """Polish one person's week."""
    every = np.arange(len(cover.catalogue))
    movable = more.get("movable", np.ones((1, 2), dtype=bool))
    price = more.get("price", np.zeros((1, len(every))))
    rng = np.random.default_rng(0)
    own = np.array([week])
    totals = np.bincount(own.ravel(), minlength=len(every)).astype(float)
    staff = staff_on_line(cover.catalogue, cover.line.length, totals, {})
    ask = (cover.catalogue, cover.demands[0], staff)
    return polish(*ask, person, own, [every], price, movable, rng=rng)[0]


def price_of(cover: CoverProblem, week: np.ndarray) -> float:
    """Price of over and under of a week."""
    totals = np.bincount(week.ravel(), minlength=len(cover.catalogue)).astype(float)
    return cover_cost(cover, staff_on_line(cover.catalogue, cover.line.length, totals, {}))


def test_hours_left_are_spent_where_people_are_missing() -> None:
    """Two short mornings become two long afternoons; week and rest are kept."""
    cover, person = two_days(need_from=14)
    week = [pick(cover, 0, 6, 4), pick(cover, 1, 6, 4)]
    better = run(cover, person, week)
    made = cover.catalogue
    assert price_of(cover, better) < price_of(cover, np.array([week]))
    assert 8 * H <= made.paid_s[better[0]].sum() <= 14 * H
    assert made.start[better[0, 1]] - made.end[better[0, 0]] >= 11
    assert made.paid_s[better[0]].sum() == 14 * H


def test_what_may_not_move_stays_and_wishes_are_priced() -> None:
    """A fixed day is left alone; a dear wish holds the other one."""
    cover, person = two_days(need_from=14)
    week = [pick(cover, 0, 6, 4), pick(cover, 1, 6, 4)]
    fixed = run(cover, person, week, movable=np.array([[False, True]]))
    assert fixed[0, 0] == week[0]
    assert fixed[0, 1] != week[1]
    wish = np.where(np.arange(len(cover.catalogue)) == week[1], -100.0, 0.0)[None, :]
    assert run(cover, person, week, price=wish)[0, 1] == week[1]


def test_a_good_roster_is_left_alone() -> None:
    """Nothing moves where nothing is won."""
    cover, person = two_days(need_from=16)
    week = [pick(cover, 0, 14, 8), pick(cover, 1, 14, 6)]
    once = run(cover, person, week)
    assert (run(cover, person, once[0].tolist()) == once).all()
