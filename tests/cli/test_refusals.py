"""Bad input: the right exit code, one line per problem, nothing half-written."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest


def lines(text: str) -> list[str]:
    """Lines that are not empty."""
    return [line for line in text.splitlines() if line.strip()]


def test_the_same_file_twice_and_a_corrected_one(wfm, centre: Path) -> None:
    """Twice changes nothing; a corrected file changes only the rows that differ."""
    first = wfm("import", "csv", "history.csv", "--json").json
    assert (first["new"], first["changed"], first["unchanged"]) == (720, 0, 0)
    again = wfm("import", "csv", "history.csv", "--json").json
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 720)
    text = (centre / "history.csv").read_text(encoding="utf-8").splitlines()
    text[1] = "shop,2026-03-02T09:00,99"
    (centre / "history.csv").write_text("\n".join(text), encoding="utf-8")
    corrected = wfm("import", "csv", "history.csv", "--json").json
    assert (corrected["new"], corrected["changed"], corrected["unchanged"]) == (0, 1, 719)


def test_a_bad_file_beside_a_good_one_stores_nothing(wfm, centre: Path) -> None:
    """All problems of all files, exit 3, and the store stays as it was."""
    (centre / "bad.csv").write_text(
        "queue,start,offered\nshop,2026-03-02T09:00,x\nshop,2026-03-02T09:30,-4\n", encoding="utf-8"
    )
    done = wfm("import", "csv", "history.csv", "bad.csv")
    assert done.code == 3
    told = lines(done.err)
    assert any(line.startswith("bad.csv:2: offered") and "'x'" in line for line in told)
    assert any(line.startswith("bad.csv:3: offered") and "-4" in line for line in told)
    assert "nothing was written" in told[-1]
    assert wfm("forecast").code == 5  # no history


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("plan", "--as-of", "yesterday"), 2, "not a time"),
        (("forecast", "--horizon", "3 weeks"), 2, "--horizon"),
        (("forecast", "--horizon", "36h"), 2, "whole days"),
        (("forecast", "--in", "history.csv", "--quantiles", "0.5,2"), 2, "between 0 and 1"),
        (("import", "pdf", "history.csv"), 2, "no such format"),
        (("import", "csv", "history.csv", "--accept", "everything"), 2, "--accept"),
        (("import", "csv", "absent.csv"), 3, "absent.csv"),
        (("export", "sandwich", "x.csv"), 2, "no such export"),
        (("runs", "show", "nothing"), 2, "no run"),
        (("plan",), 5, "no history"),
        (("staff",), 5, "no run"),
        (("schedule",), 5, "no run"),
        (("export", "roster", "x.xlsx"), 5, "no run"),
        (("plan", "--config", "elsewhere.toml"), 3, "wfm init"),
        (("forecast", "--in", "absent.csv", "--out", "f.csv"), 3, "No such file"),
        (("forecast", "--in", "history.csv", "--country", "XX"), 3, "no such country"),
        (("forecast", "--in", "history.csv", "--model", "magic"), 3, "magic"),
        (("erlang",), 2, "--contacts"),
        (("erlang", "--contacts", "10", "--aht", "0s"), 2, "aht"),
    ],
)
def test_exit_codes_and_messages(
    wfm, centre: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    """Each refusal has its code and says what it is about, without a trace."""
    done = wfm(*words)
    assert done.code == code, done.err
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_broken_store_is_exit_4(wfm, centre: Path) -> None:
    """A file that is no database is told as such and left alone."""
    (centre / "wfm.db").write_text("not a database, but a long enough text to look like one" * 30)
    before = (centre / "wfm.db").read_bytes()
    done = wfm("runs", "list")
    assert done.code == 4
    assert "wfm.db" in done.err
    assert (centre / "wfm.db").read_bytes() == before


def test_one_bad_queue_does_not_stop_the_others(wfm, centre: Path) -> None:
    """A queue with three days of history is listed, the other forecast; exit 8."""
    rows = pd.read_csv("history.csv")
    young = rows[rows["start"] >= "2026-04-29"].assign(queue="young")
    pd.concat([rows, young]).to_csv("two.csv", index=False)
    done = wfm("forecast", "--in", "two.csv", "--horizon", "7d", "--out", "f.csv")
    assert done.code == 8
    assert "young" in done.err
    assert set(pd.read_csv("f.csv")["queue"]) == {"shop"}


def test_check_tells_what_would_stop_a_run(wfm, centre: Path) -> None:
    """Ready when all is well; people and history that are not are named; exit 3."""
    wfm("import", "csv", "history.csv")
    assert "ready to plan" in wfm("check").out
    with (centre / "agents.csv").open("a", encoding="utf-8") as out:
        out.write("X,Zed,Red,nobody's,shop\n")
    done = wfm("check")
    assert done.code == 3
    assert "agents.csv:8: contract: no such contract" in done.err


def test_check_sees_holes_in_the_history(wfm, centre: Path) -> None:
    """A missing day and a day of zeros are notes, not refusals."""
    rows = pd.read_csv("history.csv")
    rows.loc[rows["start"].str.startswith("2026-04-21") & (rows.index % 4 > 0), "offered"] = 0
    rows[~rows["start"].str.startswith("2026-04-22")].to_csv("holes.csv", index=False)
    wfm("import", "csv", "holes.csv")
    done = wfm("check")
    assert done.code == 0, done.err
    assert "gap × 1" in done.out
    assert "shop 2026-04-22 09:00 16 open" in done.out
    assert "shop 2026-04-21 00:00 43 contacts, 161 are usual" in done.out


def test_init_writes_a_project_that_checks(
    wfm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new folder is complete; a second init refuses and changes nothing."""
    monkeypatch.chdir(tmp_path)
    assert wfm("init", "new").code == 0
    text = (tmp_path / "new" / "wfm.toml").read_text(encoding="utf-8")
    again = wfm("init", "new")
    assert again.code == 3
    assert "is there already" in again.err
    assert (tmp_path / "new" / "wfm.toml").read_text(encoding="utf-8") == text
    shutil.rmtree(tmp_path / "new")


def test_erlang_files_with_problems(wfm, centre: Path) -> None:
    """A bad case is told with its line, a missing column with its name."""
    Path("cases.csv").write_text(
        "model,arrivals_per_hour,aht_s,patience_s,agents,threshold_s\n"
        "erlang_c,100,180,,10,20\nerlang_x,100,180,,10,20\nerlang_c,abc,180,,10,20\n"
    )
    done = wfm("erlang", "batch", "--in", "cases.csv", "--out", "results.csv")
    assert done.code == 3
    assert any(line.startswith("cases.csv:3: model") for line in lines(done.err))
    assert any(line.startswith("cases.csv:4: arrivals_per_hour") for line in lines(done.err))
    assert not Path("results.csv").exists()


def test_another_layout_is_pointed_to_the_guess(wfm, centre: Path) -> None:
    """Day-first times and foreign columns are refused on ten lines, with what reads them."""
    clock = [f"{hour:02d}:{minute}" for hour in range(9, 17) for minute in ("00", "30")]
    rows = [f"shop;{day:02d}.03.2026 {time};5" for day in range(2, 5) for time in clock]
    (centre / "de.csv").write_text("\n".join(["queue;start;offered", *rows]), encoding="utf-8-sig")
    told = lines(wfm("import", "csv", "de.csv").err)
    assert len(told) == 12
    assert "found '02.03.2026 09:00'; write ISO 8601" in told[0]
    assert "`wfm import --guess FILE`" in told[0]
    (centre / "own.csv").write_text("Datum;Anrufe\n02.03.2026;5\n", encoding="utf-8")
    assert "`wfm import --guess FILE`" in wfm("import", "csv", "own.csv").err
    assert wfm("import", "--guess", "de.csv", "--out", "ours.toml").code == 0
    assert wfm("import", "--profile", "ours.toml", "de.csv", "--json").json["new"] == 48


def test_help_wraps_where_the_terminal_ends(wfm, centre: Path, monkeypatch) -> None:
    """Not where the lines of the source end: no paragraph has a short line in its middle."""
    monkeypatch.setenv("COLUMNS", "80")
    told = wfm("import", "--help").out.split("Arguments")[0].splitlines()
    text = [line.strip() for line in told[3:]]
    inside = [a for a, b in pairwise(text) if a and b]
    assert len(inside) > 5
    assert min(len(line) for line in inside) > 60


def test_an_export_of_unknown_kind_names_the_workbook_too(wfm, centre: Path) -> None:
    """What the roster can be written as, the workbook first; a folder is none of them."""
    for name in ("roster.pdf", "out"):
        answer = wfm("export", "roster", name)
        assert answer.code == 2
        assert "roster is written as .xlsx, .csv, .csv.gz, .parquet" in answer.err
