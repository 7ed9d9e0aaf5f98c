"""From answers to the files of a centre: wfm.toml that reads back, volumes by month."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.config import parse
from wfm.config.launch import parse_answers
from wfm.errors import InputError
from wfm.pipeline.launching.centre_files import centre_toml, make_folder, toml_value
from wfm.pipeline.launching.volumes import launch_volumes
from wfm.pipeline.project import open_project

ANSWERS = """\
[where]
name = "Shop"
timezone = "Europe/Riga"
[when]
opening_day = 2027-03-01
[[queue]]
name = "calls"
open = { mon-fri = "08:00-20:00" }
aht = "240s"
customers = 10000
contacts_per_customer = 0.5
per_day = 300
"""
MONTHS = [str(month) for month in pd.period_range("2026-09", "2027-08", freq="M")]
NOTHING = pd.DataFrame({"queue": [], "start": pd.to_datetime([]), "offered": []})


@given(
    st.recursive(
        st.one_of(st.booleans(), st.integers(-99, 99), st.floats(0, 1e6), st.text("ab \"'\\é")),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text("ab -", min_size=1), inner, max_size=3)
        ),
        max_leaves=6,
    )
)
def test_values_read_back_as_they_were(value: object) -> None:
    """What is written as TOML is what tomllib reads."""
    assert tomllib.loads(f"x = {toml_value(value)}")["x"] == value


def test_the_centre_reads_back() -> None:
    """Queues with what is expected of them, shifts inside the hours, people and prices."""
    config = parse(centre_toml(parse_answers(ANSWERS)))
    (queue,) = config.queues
    assert queue.new is not None
    assert queue.new.per_day == 300
    day = config.templates[0]
    assert day.start_s[0] == 8 * 3600
    assert day.start_s[1] + day.length_s[1] == 20 * 3600
    assert config.capacity.start == "2026-09"
    assert {group.queues for group in config.capacity.groups} == {("calls",)}


def test_sections_of_the_answers_replace_the_defaults() -> None:
    """Given contracts stand alone; given capacity settings too."""
    own = (
        '[[contract]]\nname = "all"\nshifts = ["day"]\nhours_per_day = "7h-9h"\n'
        'hours_per_week = "30h-40h"\ndays_per_week = 5\n[shrinkage]\nplanned = { leave = 0.2 }\n'
    )
    config = parse(centre_toml(parse_answers(ANSWERS + own)))
    assert [contract.name for contract in config.contracts] == ["all"]
    assert config.shrinkage.total == pytest.approx(0.2)
    with pytest.raises(InputError, match="answers"):
        centre_toml(parse_answers(ANSWERS + '[capacity]\nmonths = "many"\n'))


def test_short_days_and_long_ones_make_possible_shifts() -> None:
    """A queue open five hours, and one around the clock."""
    short = parse(centre_toml(parse_answers(ANSWERS.replace("08:00-20:00", "09:00-14:00"))))
    assert short.templates[0].length_s == (5 * 3600, 5 * 3600)
    always = ANSWERS.replace('{ mon-fri = "08:00-20:00" }', '"always"')
    night = parse(centre_toml(parse_answers(always)))
    assert night.templates[0].start_s == (0, 23 * 3600 + 1800)


def test_estimates_stand_side_by_side(tmp_path: Path) -> None:
    """Customers × rate and a day's figure, by hand; the middle is taken, months add up."""
    answers = parse_answers(ANSWERS)
    make_folder(tmp_path / "centre", {"wfm.toml": centre_toml(answers)})
    project = open_project(tmp_path / "centre" / "wfm.toml")
    volumes = launch_volumes(answers, project, NOTHING, MONTHS)
    a_month = volumes.estimates.set_index("estimate")["contacts_a_month"]
    assert a_month["customers"] == pytest.approx(5000)
    assert a_month["expected"] == pytest.approx(300 * 5 * 365.25 / 12 / 7)
    row = volumes.spread.iloc[0]
    assert row["taken"] == pytest.approx(a_month.mean())
    assert row["apart"] == pytest.approx(a_month.max() / a_month.min())
    months = volumes.months.set_index("month")["contacts"]
    assert (months[:"2027-02"] == 0).all()
    inside = volumes.days["start"].dt.strftime("%Y-%m") == "2027-03"
    assert months["2027-03"] == pytest.approx(volumes.days.loc[inside, "mean"].sum())
    assert months["2027-03"] == pytest.approx(a_month.mean(), rel=0.1)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A file that is there is named, and none is written."""
    (tmp_path / "wfm.toml").write_text("mine")
    with pytest.raises(InputError, match="there already"):
        make_folder(tmp_path, {"other.csv": "x", "wfm.toml": "y"})
    assert not (tmp_path / "other.csv").exists()
