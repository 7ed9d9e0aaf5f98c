"""Choices of models over the nights: kept for a week, made anew with reason, replayed as kept."""

from __future__ import annotations

import datetime as dt
import shutil
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from wfm.pipeline.forecast import ForecastChoices, forecast_frame
from wfm.pipeline.nights.choice import KeptChoices
from wfm.pipeline.nights.replay import replay
from wfm.pipeline.nights.watch import Watched
from wfm.store import QueueChoice, open_store

FIRST = dt.date(2026, 3, 2)
NIGHT = dt.datetime(2026, 4, 27)
DAYS = (NIGHT.date() - FIRST).days
DAY = dt.timedelta(days=1)
GROUP = '[forecast.groups]\nboth = ["help", "sales"]\n'


def choices(done) -> dict[str, str]:
    """Whose choice each queue of a night goes by: kept, or why anew."""
    rows = done.night.queues
    return {
        row.queue: "kept" if pd.isna(row.choice_why) else row.choice_why
        for row in rows.itertuples()
    }


@pytest.fixture(scope="module")
def past_nights() -> dict[str, tuple[Path, Watched]]:
    """Folder and first night of a centre, by what its wfm.toml has beyond the usual."""
    return {}


@pytest.fixture
def first_night(two_lines, deliver, night, past_nights, tmp_path, tmp_path_factory):
    """A centre after its first night, which is run once, with the next day delivered."""

    def make(extra: str = ""):
        project = two_lines(extra)
        if extra in past_nights:
            folder, first = past_nights[extra]
            shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        else:
            deliver("history.csv", FIRST, DAYS)
            first = night(project)
            folder = tmp_path_factory.mktemp("night") / "kept"
            past_nights[extra] = Path(shutil.copytree(tmp_path, folder)), first
        deliver("day1.csv", NIGHT.date(), 1)
        return project, first

    return make


def test_a_choice_is_kept_and_told(first_night, night):
    """The next night goes by the first one's choice, says so, and is a night of its own."""
    project, first = first_night()
    assert choices(first) == {"help": "first choice", "sales": "first choice"}
    second = night(project, NIGHT + DAY)
    assert choices(second) == {"help": "kept", "sales": "kept"}
    assert set(second.night.queues["choice_run"]) == {first.night.run}
    assert second.status["choices"] == {"kept": 2, "anew": 0}
    assert "models kept for 2, tried for 0" in second.status["summary"]
    assert night(project, NIGHT + DAY).night.repeated


def test_a_replay_goes_by_the_choice_that_was_kept(first_night, night, deliver):
    """To the last bit, though later nights have made choices of their own."""
    project, first = first_night()
    second = night(project, NIGHT + DAY)
    deliver("week.csv", NIGHT.date() + DAY, 10)
    later = night(project, NIGHT + 11 * DAY)
    assert choices(later)["help"] == "its turn, the last choice is 11 days old"
    for run in (first, second, later):
        assert replay(project, run.night.run).same


def test_a_late_correction_of_settled_days_has_models_tried_again(first_night, night, deliver):
    """New rows from before the open days: the choice rests on them; the other queue keeps its."""
    project, _ = first_night()
    deliver("older.csv", FIRST - DAY, 1, queues=("help",))
    told = choices(night(project, NIGHT + DAY))
    assert told == {"help": "settings, calendar or settled history changed", "sales": "kept"}


def test_own_events_have_models_tried_again(first_night, night):
    """An event of one queue is no matter of the other."""
    project, _ = first_night()
    lines = "queue,name,from,to,effect\nhelp,letter,2026-05-04,2026-05-04,30%\n"
    (project.root / "events.csv").write_text(lines)
    told = choices(night(project, NIGHT + DAY))
    assert told == {"help": "settings, calendar or settled history changed", "sales": "kept"}


def test_a_choice_of_every_night(two_lines, deliver, night):
    """choose_models = "1d" tries the models each night."""
    project = two_lines('[nightly]\nchoose_models = "1d"\n')
    deliver("history.csv", FIRST, DAYS)
    night(project)
    deliver("day1.csv", NIGHT.date(), 1)
    assert choices(night(project, NIGHT + DAY))["help"] == "its turn, the last choice is 1 day old"


def choices_of(names, made: dt.date, every_days: int, groups=None):
    """Due queues by night, when each goes by its newest choice."""
    midnight = dt.datetime.combine(made, dt.time())
    found = {name: QueueChoice("first", midnight) for name in names}
    due_by_night = []
    for night in range(1, 40):
        as_of = midnight + night * DAY
        kept = KeptChoices(found, frozenset(), as_of, every_days, groups or {})
        fresh = {name for name, _ in kept.inputs[0]}
        due_by_night.append(set(names) - fresh)
        found |= {name: QueueChoice(str(night), as_of) for name in due_by_night[-1]}
    return due_by_night


@pytest.mark.parametrize("every_days", [1, 2, 7, 14])
def test_queues_have_their_turns_on_different_nights(every_days):
    """Each once in a period, on its own day of it, and about as many each night."""
    names = [f"queue {k}" for k in range(210)]
    due = choices_of(names, NIGHT.date(), every_days)
    for name in names:
        nights = [k + 1 for k, names_due in enumerate(due) if name in names_due]
        assert every_days / 2 <= nights[0] < 1.5 * every_days + 1
        assert {b - a for a, b in pairwise(nights)} <= {every_days}
    usual = len(names) / every_days
    counts = [len(names_due) for names_due in due[2 * every_days :]]
    assert all(abs(count - usual) < 4 * usual**0.5 for count in counts)


def test_queues_of_a_group_have_their_turn_together():
    """A group is forecast as a sum: one of its queues alone would not do."""
    names = ["a", "b", "c", "group g"]
    due = choices_of(names, NIGHT.date(), 7, groups={"a": "g", "b": "g", "c": "g"})
    assert {frozenset(names_due) for names_due in due} == {frozenset(), frozenset(names)}


def test_a_night_left_out_is_made_up_for():
    """A queue whose turn fell on a night without a run has it on the next one."""
    made = NIGHT
    turns = [
        k
        for k in range(4, 11)
        if not KeptChoices(
            {"q": QueueChoice("r", made)}, frozenset(), made + k * DAY, 7, {}
        ).inputs[0]
    ]
    assert turns == list(range(turns[0], 11)), "once due it stays so"


def test_queues_of_a_group_add_up_as_in_a_forecast_by_hand(first_night, night):
    """What the night says of a group's queues is what `wfm forecast` says of them."""
    project, first = first_night(GROUP)
    with open_store(project.store) as store:
        made = store.read("forecast", first.night.run).drop(columns="run")
    by_hand = forecast_frame(project, ForecastChoices(as_of=NIGHT)).frame
    pd.testing.assert_frame_equal(
        made.sort_values(["queue", "interval_start"], ignore_index=True)[list(by_hand)],
        by_hand,
        check_dtype=False,
        rtol=1e-12,
    )
    alone = project.config.text.replace(GROUP, "")
    (project.root / "wfm.toml").write_text(alone)
    assert replay(project, first.night.run).same, "the night's own wfm.toml counts"


def test_changes_of_a_group_and_its_queues_are_laid_on_as_by_hand(two_lines, deliver, night):
    """In the order of the file: set for both, a fifth more for one, some more for both."""
    project = two_lines(GROUP)
    deliver("history.csv", FIRST, DAYS)
    (project.root / "adjustments.csv").write_text(
        "queue,from,to,how,value,reason,author\n"
        "both,2026-04-28,2026-04-28,set,600,fair,Ada\n"
        "help,2026-04-28,2026-04-29,times,1.2,letter,Ben\n"
        "both,2026-04-29,2026-04-29,plus,50,fair,Ada\n"
    )
    done = night(project)
    with open_store(project.store) as store:
        made = store.read("forecast", done.night.run).drop(columns="run")
    by_hand = forecast_frame(project, ForecastChoices(as_of=NIGHT)).frame
    pd.testing.assert_frame_equal(
        made.sort_values(["queue", "interval_start"], ignore_index=True)[list(by_hand)],
        by_hand,
        check_dtype=False,
        rtol=1e-12,
    )
    local = made["interval_start"].dt.tz_convert(project.config.timezone)
    tuesday = made[local.dt.date == dt.date(2026, 4, 28)].groupby("queue")["mean"].sum()
    assert tuesday["help"] / 1.2 + tuesday["sales"] == pytest.approx(600)
    assert replay(project, done.night.run).same


def test_a_group_keeps_its_choice_too(first_night, night):
    """Kept with its queues, replayed with them, in two processes as in one."""
    project, first = first_night(GROUP)
    second = night(project, NIGHT + DAY)
    assert choices(second) == {"help": "kept", "sales": "kept"}
    with open_store(project.store) as store:
        found = store.nights.choices(
            NIGHT + 2 * DAY,
            known_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC),
            code_version=second.status["code_version"],
        )
    assert {name: one.run for name, one in found.items()} == dict.fromkeys(
        ["group both", "help", "sales"], first.night.run
    )
    assert replay(project, second.night.run).same
