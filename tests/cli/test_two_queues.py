"""A centre of two queues: who serves what, partial plans, totals that tie out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from wfm.pipeline.crews import crews_of

SECOND = """
[[queue]]
name = "desk"
open = { mon-fri = "09:00-13:00" }
model = "erlang-c"
aht = "200s"

[shrinkage]"""


@pytest.fixture
def two_queues(wfm, centre: Path) -> Path:
    """The tiny centre with a second queue in the mornings, and two people for it."""
    path = centre / "wfm.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[shrinkage]", SECOND, 1))
    with (centre / "agents.csv").open("a", encoding="utf-8") as out:
        out.write("D1,Dora,Red,half,desk\nD2,Dan,Red,half,desk;shop\n")
    rows = pd.read_csv("history.csv")
    desk = rows[rows["start"].str[11:13].astype(int) < 13].assign(queue="desk")
    pd.concat([rows, desk]).to_csv("two.csv", index=False)
    return centre


def test_totals_tie_out_over_two_queues(wfm, two_queues: Path) -> None:
    """Forecast, requirement, coverage and activities of one run say the same by queue."""
    wfm("import", "csv", "two.csv")
    told = wfm("plan", "--json").json
    for kind in ("forecast", "requirement", "coverage"):
        wfm("export", kind, f"{kind}.csv", "--run", told["run"])
    forecast, needed, coverage = (
        pd.read_csv(f"{kind}.csv") for kind in ("forecast", "requirement", "coverage")
    )
    keys = ["queue", "interval_start"]
    both = needed.merge(forecast, on=keys, how="left")
    assert both["mean"].to_list() == pytest.approx(both["offered"].to_list())
    assert needed["offered"].sum() == pytest.approx(forecast["mean"].sum())
    asked = coverage.merge(needed, on=keys)
    assert asked["required"].to_list() == pytest.approx(asked["agents_required"].to_list())
    facts = {row["queue"]: row for row in told["queues"]}
    assert set(facts) == {"shop", "desk"}
    hours = coverage.groupby("queue")[["over", "under"]].sum() / 2
    for name, row in facts.items():
        assert row["under_h"] == pytest.approx(hours.at[name, "under"])
        assert row["over_h"] == pytest.approx(hours.at[name, "over"])


def test_a_person_of_two_skills_is_simulated_for_both(wfm, two_queues: Path) -> None:
    """Dan's shifts serve both queues; as a group he helps where the fixed shares do not."""
    wfm("import", "csv", "two.csv")
    run = wfm("plan", "--json").json["run"]
    wfm("export", "roster", "roster.csv", "--run", run)
    roster = pd.read_csv("roster.csv").set_index("agent")["skill"]
    assert set(roster[["D2"]]) == {"desk+shop"}
    assert set(roster[["D1"]]) == {"desk"}
    told = wfm("simulate", "--json", "--replications", 4).json["totals"]
    assert {row["queue"] for row in told} == {"shop", "desk"}
    assert all(0 < row["sl_simulated"] <= 1 for row in told)


def test_the_crews_of_a_roster_are_its_work_by_skill_group() -> None:
    """Two hours of work, a quarter of an hour of break in the second."""
    at = [pd.Timestamp(f"2026-05-04 {clock}", tz="UTC") for clock in ("09:00", "10:00", "11:00")]
    shifts = pd.DataFrame({"agent": ["D2"], "start": at[:1], "skill": ["desk+shop"]})
    pause = at[1] + pd.Timedelta("15min")
    activities = pd.DataFrame(
        {
            "agent": "D2",
            "start": [at[0], at[1], pause],
            "end": [at[1], pause, at[2]],
            "activity": ["work", "break", "work"],
        }
    )
    rows = pd.DataFrame({"queue": "shop", "interval_start": at, "interval_s": 3600})
    crews = crews_of(shifts, activities, rows)
    assert crews["group"].unique().tolist() == ["desk+shop"]
    assert crews["agents"].tolist() == pytest.approx([1.0, 0.75, 0.0])
    assert crews_of(shifts.assign(skill="shop"), activities, rows) is None


def test_the_screen_tells_each_queue_by_wall_clock(wfm, two_queues: Path) -> None:
    """Service by queue, and the shortest interval in the planner's time."""
    wfm("import", "csv", "two.csv")
    people = [line for line in Path("agents.csv").read_text().splitlines() if line[0] not in "FH"]
    Path("agents.csv").write_text("\n".join([people[0], "F1,Full,Blue,full,shop", *people[1:]]))
    Path("wishes.csv").unlink()
    done = wfm("plan")
    assert done.code == 0, done.err
    assert "note: desk: service" in done.out
    assert "note: shop: service" in done.out
    assert "UTC" not in done.out
    clock = done.out.split("shortest at ")[1].split(":")[0].split()[-1]
    assert 9 <= int(clock) < 17


def test_people_of_a_queue_without_forecast_stay_out(wfm, two_queues: Path) -> None:
    """A young queue is skipped (exit 8); its people do not stop the roster of the other."""
    rows = pd.read_csv("two.csv")
    young = (rows["queue"] == "shop") | (rows["start"] >= "2026-04-29")
    rows[young].to_csv("young.csv", index=False)
    wfm("import", "csv", "young.csv")
    done = wfm("plan")
    assert done.code == 8, done.err
    assert "1 people stay out" in done.out
    wfm("export", "roster", "roster.csv")
    assert "D1" not in set(pd.read_csv("roster.csv")["agent"])


def test_nobody_left_to_schedule(wfm, two_queues: Path) -> None:
    """People who have all left make no roster: exit 5 in words, nothing stored."""
    wfm("import", "csv", "two.csv")
    Path("agents.csv").write_text(
        "agent,name,contract,skills,end_date\nF0,Full,full,shop,2026-01-31\n", encoding="utf-8"
    )
    Path("wishes.csv").unlink()
    done = wfm("plan")
    assert done.code == 5
    assert "nobody is there from" in done.err
    assert wfm("runs", "list", "--json").json["runs"] == []
    assert not Path("out").exists()


def test_the_hash_of_the_inputs_knows_every_input(wfm, two_queues: Path) -> None:
    """Same inputs, same hash; a config, a person, a call or a choice makes another."""
    wfm("import", "csv", "two.csv")

    def hashed(*words: object, model: str = "mean8") -> str:
        words = ("--time-limit", "2s", "--model", model, *words)
        run = wfm("plan", "--json", *words).json["run"]
        return str(wfm("runs", "show", run, "--json").json["inputs_hash"])

    seen = [hashed()]
    assert hashed() == seen[0]
    seen.append(hashed("--weeks", 2))
    seen.append(hashed(model="mean4"))
    for name, old, new in (
        ("wfm.toml", 'aht = "240s"', 'aht = "250s"'),
        ("agents.csv", "D1,Dora", "D1,Doris"),
        ("two.csv", "shop,2026-04-30T09:00,", "shop,2026-04-30T09:00,1"),
    ):
        text = Path(name).read_text(encoding="utf-8")
        assert old in text
        Path(name).write_text(text.replace(old, new, 1), encoding="utf-8")
        wfm("import", "csv", "two.csv")
        seen.append(hashed())
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    "words",
    [
        ("export", "forecast", "folder.csv"),
        ("export", "html", "folder.html"),
        ("export", "ics", "history.csv"),
        ("forecast", "--in", "folder.csv", "--out", "f.csv"),
        ("staff", "--in", "folder.csv", "--out", "f.csv"),
        ("erlang", "batch", "--in", "folder.csv"),
        ("staff", "--out", "history.csv/x.csv"),
        ("export", "roster", "history.csv/x.xlsx"),
        ("import", "csv", "folder.csv"),
    ],
)
def test_a_folder_in_place_of_a_file(wfm, planned: Path, words: tuple[str, ...]) -> None:
    """Exit 3 and one line, no trace, whichever way round."""
    for name in ("folder.csv", "folder.html"):
        Path(name).mkdir()
    done = wfm(*words)
    assert done.code == 3, done.err
    assert len(done.err.splitlines()) == 1
    assert not list(Path().rglob("*.part"))


def test_a_run_that_is_not_there(wfm, two_queues: Path) -> None:
    """Every command that takes --run says that it has no such result."""
    wfm("import", "csv", "two.csv")
    for words in (
        ("staff",),
        ("schedule",),
        ("export", "roster", "r.xlsx"),
        ("export", "html", "r.html"),
    ):
        done = wfm(*words, "--run", "nope")
        assert done.code == 5, done.err
        assert "nope" in done.err


def test_logs_tell_how_far_a_job_is(
    wfm, two_queues: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where there is no terminal, lines of the log take the place of the bar."""
    wfm("import", "csv", "two.csv")
    wfm("plan", "--json", "--time-limit", "3s")
    assert "planning: forecasting" in caplog.text
    assert "planning: writing the workbook" in caplog.text


def test_a_queue_that_is_not_configured_is_noted(wfm, centre: Path) -> None:
    """A misspelt queue is stored, and said so: no plan would ever use it."""
    Path("typo.csv").write_text("queue,start,offered\nshpo,2026-03-02T09:00,3\n", encoding="utf-8")
    done = wfm("import", "csv", "typo.csv")
    assert done.code == 0
    assert "not in wfm.toml" in done.err
    assert "shpo" in done.err
    wfm("import", "csv", "history.csv")
    assert "not in wfm.toml" not in wfm("import", "csv", "history.csv").err


def test_ctrl_c_is_told(wfm, centre: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted: exit 130, one line, no trace, nothing kept."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    wfm("import", "csv", "history.csv")
    monkeypatch.setattr("wfm.pipeline.plan.roster_of", stop)
    done = wfm("plan")
    assert done.code == 130
    assert done.err.splitlines()[-1].startswith("interrupted")
    assert wfm("runs", "list", "--json").json["runs"] == []


def test_a_short_history_has_no_back_test_to_show(wfm, centre: Path) -> None:
    """Two weeks are enough for a plan, though not for scoring it."""
    wfm("import", "csv", "history.csv")
    done = wfm("plan", "--as-of", "2026-03-16", "--time-limit", "3s")
    assert done.code in (0, 5), done.err
    assert "bug" not in done.err


@pytest.mark.parametrize("first", ["2030-01-07", "2025-01-06"])
def test_weeks_beyond_the_forecast_are_refused_first(
    wfm, centre: Path, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is forecast for a roster that cannot be."""
    wfm("import", "csv", "history.csv")
    monkeypatch.delattr("wfm.pipeline.plan.forecast_frame")
    done = wfm("plan", "--from", first)
    assert done.code == 5
    assert "the forecast covers 2026-05-02 to 2026-06-12" in done.err
