"""A planned campaign in events.csv lifts the forecast of its days and of no other."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest


def by_day(path: str) -> pd.Series:
    """Contacts forecast by day."""
    frame = pd.read_csv(path, parse_dates=["start"])
    return frame.groupby(frame["start"].dt.date)["mean"].sum()


def test_a_planned_campaign_lifts_its_day(wfm, centre: Path) -> None:
    """+50 % on one Wednesday."""
    wfm("import", "csv", "history.csv")
    assert wfm("forecast", "--horizon", "14d", "--out", "before.csv").code == 0
    Path("events.csv").write_text(
        "queue,from,to,name,effect\nshop,2026-05-06,2026-05-06,mailing,+50%\n", encoding="utf-8"
    )
    assert wfm("forecast", "--horizon", "14d", "--out", "after.csv").code == 0
    ratio = by_day("after.csv") / by_day("before.csv")
    lifted = pd.Timestamp("2026-05-06").date()
    assert ratio[lifted] == pytest.approx(1.5, abs=0.02)
    assert ratio.drop(lifted).dropna().to_numpy() == pytest.approx(1.0, abs=0.02)


def test_a_verdict_and_a_special_day_are_told(wfm, centre: Path) -> None:
    """An ignored day stands among the findings, the coming holiday among the special days."""
    wfm("import", "csv", "history.csv")
    Path("events.csv").write_text(
        "queue,from,to,name,treat\nshop,2026-04-08,2026-04-08,storm,ignore\n", encoding="utf-8"
    )
    told = wfm("forecast", "--json").json
    assert [(row["kind"], row["first"][:10]) for row in told["findings"]] == [
        ("ignore", "2026-04-08")
    ]
    special = {row["what"]: row for row in told["special_days"]}
    assert special["Memorial Day"]["contacts"] == 0
    assert special["day after Memorial Day"]["factor"] == pytest.approx(1.0, abs=0.3)


def test_pay_days_and_school_holidays_are_read(wfm, centre: Path) -> None:
    """Files beside wfm.toml; a wrong one is refused with its line."""
    wfm("import", "csv", "history.csv")
    Path("paydays.csv").write_text("date\n2026-03-31\n2026-04-30\n2026-05-29\n")
    Path("school.csv").write_text("from,to\n2026-03-30,2026-04-10\n2026-05-25,2026-05-29\n")
    told = wfm("forecast", "--json").json
    assert {"pay day", "school holidays"} <= {row["what"] for row in told["special_days"]}
    Path("school.csv").write_text("from,to\n2026-03-30,soon\n")
    answer = wfm("forecast")
    assert answer.code == 3
    assert "school.csv:2: to: is not a date" in answer.err


def test_other_kinds_of_holidays_are_asked_for_by_name(wfm, centre: Path) -> None:
    """A kind that the country has not is told with those that it has."""
    wfm("import", "csv", "history.csv")
    text = Path("wfm.toml").read_text(encoding="utf-8")
    for kind, code in (("unofficial", 0), ("optional", 3)):
        Path("wfm.toml").write_text(text + f'\n[forecast]\nholidays = ["{kind}"]\n')
        answer = wfm("forecast", "--json")
        assert answer.code == code, answer.err
    assert "unofficial" in answer.err


@pytest.mark.parametrize("effect", ["much", "nan", "inf%", "-150%"])
def test_an_effect_that_is_no_number_is_refused(wfm, centre: Path, effect: str) -> None:
    """Text, no number, without bound, less than nothing: exit 3 with the row."""
    wfm("import", "csv", "history.csv")
    line = f"shop,2026-05-06,2026-05-06,mailing,{effect}\n"
    Path("events.csv").write_text("queue,from,to,name,effect\n" + line, encoding="utf-8")
    answer = wfm("forecast", "--horizon", "1w")
    assert answer.code == 3
    assert "events.csv:2" in answer.err
