"""Interval exports of other switches on the command line: by profile, by one's own, by guess."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

TELEOPTI = (
    "15;20260302;09:00;7;shop;10;2;1;1;10;100;30;1000;200;50;30;5;9;400;1;0\n"
    "15;20260302;09:15;7;shop;3;0;0;0;3;10;0;300;60;5;0;5;3;600;0;0\n"
)
GERMAN = (
    "Datum;Uhrzeit;Gruppe;Angebotene Anrufe;Angenommene Anrufe;Gesprächszeit\n"
    "02.03.2026;09:00;shop;12;10;00:30:00\n02.03.2026;09:30;shop;14;13;00:39:00\n"
)


def test_every_format_is_listed(wfm) -> None:
    """Own tables, records and profiles by name; what was never held against a source is marked."""
    told = wfm("import", "--list").out.splitlines()
    assert {line.split()[0] for line in told} >= {"csv", "asterisk", "teleopti", "avaya-cms"}
    marked = {line.split()[0] for line in told if line.endswith("(unverified)")}
    assert marked == {"avaya-cms", "cisco-uccx", "eleveo", "five9", "liveagent", "voiptime"}
    named = wfm("import", "--list", "--json").json["formats"]
    assert {each["name"] for each in named if not each["verified"]} == marked


def test_a_shipped_profile(wfm, centre: Path) -> None:
    """Two quarter hours of 21 columns make one half hour; again they change nothing."""
    Path("t.csv").write_text(TELEOPTI, encoding="utf-8")
    assert wfm("import", "teleopti", "t.csv", "--json").json["new"] == 1
    assert wfm("import", "teleopti", "t.csv", "--json").json["unchanged"] == 1
    assert wfm("import", "teleopti", "t.csv", "--out", "o.csv").code == 0
    made = pd.read_csv("o.csv")
    assert made["interval_start"].tolist() == ["2026-03-02T14:00:00Z"]
    assert made[["offered", "answered", "talk_s"]].values.tolist() == [[15, 13, 1560]]


def test_guess_then_use_it(wfm, centre: Path) -> None:
    """The proposed profile is written, shows its first rows, and imports the file."""
    Path("g.csv").write_text(GERMAN, encoding="utf-8")
    told = wfm("import", "--guess", "g.csv", "--out", "own.toml")
    assert told.code == 0
    assert "2026-03-02T09:30" in told.err
    assert "--profile own.toml g.csv" in told.err
    done = wfm("import", "--profile", "own.toml", "g.csv", "--json").json
    assert (done["new"], done["rows_read"]) == (2, 2)
    assert wfm("import", "--guess", "g.csv").out.startswith("title = ")
    assert wfm("import", "--guess", "g.csv", "--json").json["shipped"] is None


def test_guess_a_shipped_layout(wfm, centre: Path) -> None:
    """A known layout is named with the command that reads it."""
    Path("t.csv").write_text(TELEOPTI, encoding="utf-8")
    told = wfm("import", "--guess", "t.csv")
    assert "wfm import teleopti t.csv" in told.err


def test_what_cannot_be_asked(wfm, centre: Path) -> None:
    """Each misuse is one line with what to do, exit code 2; bad files are 3."""
    Path("g.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for words in (
        ["nortel", "g.csv"],
        ["teleopti"],
        [],
        ["--guess", "g.csv", "g.csv"],
        ["--guess", "g.csv", "--profile", "x.toml"],
        ["--guess", "g.csv", "--out", "x.csv"],
    ):
        assert wfm("import", *words).code == 2, words
    for words in (["--guess", "g.csv"], ["--profile", "absent.toml", "g.csv"], ["--guess", "no"]):
        assert wfm("import", *words).code == 3, words
    assert not Path("x.csv").exists()
