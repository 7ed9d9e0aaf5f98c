"""A planner's change is laid on every forecast, with its reason, and only where it belongs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

HEADER = "queue,from,to,how,value,reason,author\n"


def forecast_by_day(wfm, out: str) -> pd.Series:
    """Contacts by day of a two-week forecast."""
    done = wfm("forecast", "--horizon", "14d", "--out", out)
    assert done.code == 0, done.err
    frame = pd.read_csv(out, parse_dates=["start"])
    return frame.groupby(frame["start"].dt.date.astype(str))["mean"].sum()


def test_changes_survive_the_next_forecast(wfm, centre: Path) -> None:
    """Set, times and plus on three days; a past change and the other days stay out."""
    wfm("import", "csv", "history.csv")
    plain = forecast_by_day(wfm, "plain.csv")
    Path("adjustments.csv").write_text(
        HEADER
        + "shop,2026-05-04,2026-05-04,set,500,fair in town,Ada\n"
        + "shop,2026-05-05,2026-05-05,times,1.1,price letter,Ada\n"
        + "shop,2026-05-06T09:00,2026-05-06T12:00,+,30,newsletter,Ben\n"
        + "shop,2026-03-02,2026-03-02,x,2,long ago,Ben\n",
        encoding="utf-8",
    )
    changed = forecast_by_day(wfm, "changed.csv")
    assert changed["2026-05-04"] == pytest.approx(500)
    assert changed["2026-05-05"] == pytest.approx(1.1 * plain["2026-05-05"])
    assert changed["2026-05-06"] == pytest.approx(plain["2026-05-06"] + 30)
    rest = [day for day in plain.index if day > "2026-05-06"]
    assert changed[rest].to_numpy() == pytest.approx(plain[rest].to_numpy())


@pytest.fixture
def group(wfm, centre: Path) -> Path:
    """The tiny centre with a second queue a third as large, both of one group."""
    rows = pd.read_csv("history.csv")
    desk = rows.assign(queue="desk", offered=rows["offered"] // 3)
    pd.concat([rows, desk]).to_csv("two.csv", index=False)
    text = Path("wfm.toml").read_text(encoding="utf-8")
    text += '\n[[queue]]\nname = "desk"\nopen = { mon-fri = "09:00-17:00", holidays = "closed" }\n'
    text += '\n[forecast]\ngroups = { voice = ["shop", "desk"] }\n'
    Path("wfm.toml").write_text(text, encoding="utf-8")
    wfm("import", "csv", "two.csv")
    return centre


def told_days(wfm) -> tuple[dict, pd.DataFrame, pd.DataFrame]:
    """Answer of a two-week forecast, the group's rows, contacts by date and queue."""
    answer = wfm("forecast", "--horizon", "14d", "--json")
    assert answer.code == 0, answer.err
    wfm("export", "forecast", "f.csv")
    rows = pd.read_csv("f.csv")
    local = pd.to_datetime(rows["interval_start"], utc=True).dt.tz_convert("America/New_York")
    days = rows.groupby([local.dt.strftime("%Y-%m-%d"), "queue"])["mean"].sum().unstack()
    return answer.json, pd.DataFrame(answer.json["groups"]), days


def test_a_change_of_a_group_is_spread_and_survives(wfm, group: Path) -> None:
    """600 set for both: kept in their shares, in the next forecast too, the group's rows agree."""
    _, _, plain = told_days(wfm)
    Path("adjustments.csv").write_text(
        HEADER
        + "voice,2026-05-04,2026-05-04,set,600,fair in town,Ada\n"
        + "desk,2026-05-05,2026-05-05,plus,40,newsletter,Ben\n",
        encoding="utf-8",
    )
    for _ in range(2):
        answer, rows, days = told_days(wfm)
        assert days.loc["2026-05-04"].sum() == pytest.approx(600)
        share = plain.loc["2026-05-04", "desk"] / plain.loc["2026-05-04"].sum()
        assert days.loc["2026-05-04", "desk"] == pytest.approx(600 * share)
        assert days.loc["2026-05-05", "desk"] == pytest.approx(plain.loc["2026-05-05", "desk"] + 40)
        assert days.loc["2026-05-05", "shop"] == pytest.approx(plain.loc["2026-05-05", "shop"])
        mine = rows[rows["level"] == "day"].assign(day=rows["start"].str[:10])
        mine = mine.set_index("day")["mean"]
        for day in ("2026-05-04", "2026-05-05", "2026-05-06"):
            assert mine[day] == pytest.approx(days.loc[day].sum())
        assert sum(answer["contacts"].values()) == pytest.approx(days.sum(axis=None))
    told = [(row["queue"], row["change"], row["contacts"]) for row in answer["adjustments"]]
    both = 600 - plain.loc["2026-05-04"].sum()
    assert told == [
        ("voice", "set 600", pytest.approx(both)),
        ("desk", "plus 40", pytest.approx(40)),
    ]
    told = wfm("explain", "desk", "2026-05-04T10:00", "--forecast", "--json").json
    assert told["parts"][-1]["detail"] == "set 600: fair in town (Ada)"
    made = 1.0
    for part in told["parts"]:
        made *= part["factor"]
    assert made == pytest.approx(told["mean"], rel=1e-9)


def test_groups_and_changes_stand_on_the_page(wfm, group: Path) -> None:
    """A picture of the group beside those of its queues, each change told where it belongs."""
    Path("adjustments.csv").write_text(
        HEADER + "voice,2026-05-04,2026-05-04,times,1.1,fair in town,Ada\n", encoding="utf-8"
    )
    told = wfm("forecast", "--horizon", "14d", "--page", "f.html")
    assert told.code == 0, told.err
    assert "adjustments laid on" in told.out
    page = Path("f.html").read_text(encoding="utf-8")
    assert "group voice: shop, desk" in page
    assert page.index("group voice") < page.index("times 1.1") < page.index("fair in town (Ada)")


def test_a_change_needs_all_its_cells(wfm, centre: Path) -> None:
    """Stranger queue, unknown kind, no number, no reason: a line each, exit 3."""
    wfm("import", "csv", "history.csv")
    Path("adjustments.csv").write_text(
        HEADER
        + "zoo,2026-05-04,2026-05-04,set,5,why,Ada\nshop,2026-05-04,2026-05-04,halve,5,why,Ada\n"
        + "shop,2026-05-04,2026-05-04,set,many,why,Ada\nshop,2026-05-04,2026-05-04,set,5,,Ada\n"
        + "shop,2026-05-04,2026-05-04,times,nan,why,Ada\n",
        encoding="utf-8",
    )
    done = wfm("forecast")
    assert done.code == 3
    starts = ("queue: no such", "how: is not", "value: is not", "reason: is empty", "value: is not")
    for row, start in enumerate(starts, 2):
        assert f"adjustments.csv:{row}: {start}" in done.err
