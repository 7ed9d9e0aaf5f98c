"""Feeds on the command line: exported, and imported again with the matching profile."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

DAY = Path(__file__).resolve().parents[3] / "shared" / "data" / "telephony" / "asterisk_day"


@pytest.mark.skipif(not DAY.exists(), reason="recordings not here")
def test_a_feed_comes_back(wfm, centre: Path) -> None:
    """What goes out as 21 columns changes nothing that is stored when it comes in again."""
    how = ("--interval", "15m")
    assert wfm("import", "asterisk", *DAY.glob("queue_log*"), *how).code == 0
    done = wfm("export", "interval-feed", "feed.txt", "--layout", "teleopti")
    assert "times in America/New_York" in done.out
    again = wfm("import", "teleopti", "feed.txt", *how, "--out", "again.csv")
    assert again.code == 0, again.err
    made = pd.read_csv("again.csv")
    assert made["offered"].sum() == 260
    told = wfm("export", "interval-feed", "f.csv", "--layout", "eleveo", "--json").json
    assert (told["clock"], told["layout"]) == ("UTC", "eleveo")
    assert "not verified" in wfm("export", "interval-feed", "f.csv", "--layout", "eleveo").err
    states = wfm("export", "agent-feed", "a.csv", "--json").json
    assert states["rows"] == len(pd.read_csv("a.csv"))
    assert wfm("export", "agent-feed", "a.csv", "--layout", "teleopti-rta").code == 0
    assert wfm("export", "agent-feed", "a.csv", "--from", "2026-03-03").code == 5
    nights = ("--from", "2026-03-02", "--to", "2026-03-02")
    assert wfm("export", "interval-feed", "f.csv", *nights, "--json").json["rows"] == len(made)


def test_feeds_that_cannot_be(wfm, centre: Path) -> None:
    """Nothing stored, no such layout, a layout for other lengths, options of other kinds."""
    assert wfm("export", "interval-feed", "f.csv").code == 5
    assert wfm("import", "csv", "history.csv").code == 0
    for words in (
        ["interval-feed", "f.csv", "--layout", "nortel"],
        ["interval-feed", "f.csv", "--layout", "eleveo"],
        ["interval-feed", "f.csv", "--from", "yesterday"],
        ["forecast", "f.csv", "--layout", "teleopti"],
    ):
        assert wfm("export", *words).code == 2, words
    assert not Path("f.csv").exists()
    assert wfm("export", "interval-feed", "f.csv").code == 0
