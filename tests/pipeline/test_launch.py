"""A whole centre from a page of answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from wfm.config.launch import parse_answers
from wfm.pipeline.budget.capacity import capacity_inputs
from wfm.pipeline.forecast import ForecastChoices, forecast_frame
from wfm.pipeline.launching.launch import Launched, launch_centre
from wfm.pipeline.launching.questions import Question, ask_all, template_text
from wfm.pipeline.launching.readiness import readiness_of
from wfm.pipeline.launching.report import write_launch
from wfm.pipeline.launching.vip import vip_choice
from wfm.pipeline.people import read_people
from wfm.pipeline.project import open_project
from wfm.pipeline.staff import requirement_of
from wfm.queueing import performance
from wfm.queueing.priority import priority_service
from wfm.staffing import stressed

NOW = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
pytestmark = pytest.mark.xdist_group("launch")  # one centre for all tests


@pytest.fixture(scope="module")
def launched(tmp_path_factory: pytest.TempPathFactory) -> Launched:
    """The centre of the example answers, with a year of an earlier centre's calls."""
    beside = tmp_path_factory.mktemp("launch")
    days = pd.date_range("2025-07-28", periods=52 * 7, freq="D")
    slots = pd.timedelta_range("8h", "19.5h", freq="30min")
    starts = [day + slot for day in days[days.day_of_week < 5] for slot in slots]
    old = pd.DataFrame({"queue": "calls", "start": starts})
    old["offered"] = 30 + old["start"].dt.hour % 5
    old.to_csv(beside / "old-calls.csv", index=False)
    text = template_text().replace("# history =", "history =").replace("months = 12", "months = 4")
    answers = parse_answers(text)
    stages: list[str] = []
    made = launch_centre(answers, beside / "centre", beside=beside, now=NOW, tell=stages.append)
    assert stages[:3] == ["volumes", "hiring", "budget"]
    return made


def test_the_folder_is_a_project_that_plans(launched: Launched) -> None:
    """wfm.toml, people and volumes read back; the opening week is forecast and staffed."""
    project = open_project(launched.project.root / "wfm.toml", store=launched.project.store)
    people = read_people(project.root / "agents.csv", project.config)
    assert len(people.agents) == launched.opening_heads
    found = forecast_frame(project, ForecastChoices(as_of=dt.datetime(2027, 3, 1), horizon_days=7))
    need = requirement_of(project, found.frame)
    assert set(need["queue"]) == {"calls", "second line", "best customers", "complaints"}
    assert need.groupby("queue")["agents_net"].max().gt(0).all()
    capacity_inputs(project)


def test_three_estimates_stand_side_by_side(launched: Launched) -> None:
    """History, customers and comparison of the calls; history weighs by its days."""
    rows = launched.volumes.estimates
    calls = rows[rows["queue"] == "calls"].set_index("estimate")
    assert set(calls.index) == {"own history", "expected", "customers"}
    week = 5 * sum(30 + hour % 5 for hour in range(8, 20)) * 2
    assert calls.loc["own history", "contacts_a_month"] == pytest.approx(
        week * 365.25 / 12 / 7, rel=0.15
    )
    assert calls["weight"].sum() == pytest.approx(1)
    assert calls.loc["own history", "weight"] > 0.9


def test_people_are_there_on_the_opening_day(launched: Launched) -> None:
    """Classes end by then; heads are what the classes leave; nothing is paid twice."""
    first = [one for one in launched.hiring.classes if one.on_contacts <= dt.date(2027, 3, 1)]
    passed = sum(one.held.size for one in first) * 0.9
    assert 0 < launched.opening_heads <= passed
    months = launched.planned.plan.months
    pd.testing.assert_frame_equal(months, launched.hiring.plan.months)
    assert (months.loc[months["month"] < "2027-03", "contacts"] == 0).all()
    assert launched.hiring.bound <= launched.hiring.cost * (1 + 1e-9)


def test_disasters_are_those_of_the_models(launched: Launched) -> None:
    """Half the staff in the table is half the staff by hand; every variant is no better."""
    table = launched.disaster.set_index(["variant", "queue"])
    calls = launched.week[launched.week["queue"] == "calls"].reset_index(drop=True)
    half = stressed(calls, launched.project.queues["calls"], staff=0.5)
    found = table.loc[("half the staff", "calls")]
    assert found["service_level"] == pytest.approx(half.service_level)
    planned = table.loc["as planned"]["service_level"]
    for variant in table.index.get_level_values(0).unique():
        worse = table.loc[variant]["service_level"] - planned
        assert (worse <= 1e-9).all(), variant
    assert table.loc[("half the staff", "complaints")]["days_to_clear"] > 0


def test_the_important_wait_least_in_one_pool(launched: Launched) -> None:
    """By Cobham's formula and the exact smallest numbers at the busiest moment of both."""
    queues = launched.project.queues
    found = vip_choice(launched.week, queues["best customers"], queues["calls"]).set_index("way")
    rows = launched.week.pivot(index="interval_start", columns="queue", values="load_erlang")
    loads = rows[["best customers", "calls"]].dropna()
    vip, other = loads.loc[loads.sum(axis=1).idxmax()]
    pool = found.loc["first in one pool"]
    waits = priority_service(pool["agents"], [vip, other], 240.0).mean_wait_s
    assert (pool["vip_wait_s"], pool["other_wait_s"]) == pytest.approx(waits)
    assert pool["vip_wait_s"] < pool["other_wait_s"]
    assert pool["agents"] < found.loc["a group of their own"]["agents"]
    level = [
        performance("erlang_c", [(vip + other) * 15], [240.0], [n], threshold_s=10.0).sl_offered[0]
        for n in (pool["agents"] - 1, pool["agents"])
    ]
    assert level[0] < 0.9 <= level[1]


def test_the_checklist_answers_from_the_plan(launched: Launched) -> None:
    """In August nobody is late; in January the first requisitions are."""
    early = {one.name: one for one in readiness_of(launched, today=dt.date(2026, 8, 1))}
    assert early["people asked for in time"].good is True
    assert early["volume estimates agree"].good is False, "second line has customers alone"
    assert early["seats"].good is True
    late = {one.name: one for one in readiness_of(launched, today=dt.date(2027, 1, 20))}
    assert late["people asked for in time"].good is False


def test_the_book_and_the_page_tell_the_same(launched: Launched, tmp_path: Path) -> None:
    """A sheet and a heading per chapter; the classes stand in both; the same twice over."""
    book, page = write_launch(launched, tmp_path, today=NOW.date())
    sheets = load_workbook(book)
    html = page.read_text("utf-8")
    assert len(sheets.sheetnames) == html.count("<h2")
    hiring = next(name for name in sheets.sheetnames if "Hiring" in name)
    cells = [row for row in sheets[hiring].iter_rows(values_only=True) if row[0]]
    for one in launched.hiring.classes:
        assert any(row[0] == one.held.name and row[1] == one.held.size for row in cells)
        assert one.held.name in html
    assert "src=" not in html
    assert "http" not in html.replace("http-equiv", "")
    again = write_launch(launched, tmp_path / "again", today=NOW.date())
    assert [path.read_bytes() for path in again] == [book.read_bytes(), page.read_bytes()]


def typed(answers: list[str]) -> Iterator[str]:
    """What somebody types, in order."""
    yield from answers


def test_questions_are_asked_again_until_they_make_sense() -> None:
    """A zone that is none and a promise above one are told, and the section comes again."""
    where = ["Shop", "Riga", "LV", "EUR", "0", "0", "0"]
    again = ["Shop", "Europe/Riga", "LV", "EUR", "20", "0", "0"]
    queue = ["calls", "voice", "mon-fri 08:00-18:00", "1.8", "20s", "180s", "0.2", "0"]
    mail = ["mail", "deferred", "mon-fri 08:00-18:00", "0.9", "24h", "6m", "0", "90"]
    keys = typed(
        [
            *("Serve", "0", "5000"),
            *where,
            *again,
            *("2027-03-01", "12"),
            *queue,
            *[*queue[:3], "0.8", *queue[4:]],
            *mail,
        ]
    )
    told: list[str] = []
    another = iter([True, False])

    def ask(question: Question) -> str:
        return next(keys)

    answers = parse_answers(ask_all(ask, lambda: next(another), told.append))
    assert [each.queue.name for each in answers.queues] == ["calls", "mail"]
    assert answers.queues[1].queue.target.threshold_s == 86_400
    assert answers.site.seats == 20
    assert len(told) == 2
    assert "unknown time zone" in told[0]
