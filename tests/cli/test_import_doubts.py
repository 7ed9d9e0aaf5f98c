"""What looks wrong in an import is told at once, kept as issues, and listed by `wfm check`."""

from __future__ import annotations

from pathlib import Path

from wfm.store import open_store


def _spoil(centre: Path) -> None:
    """An outage of a morning, a day of three times the usual, more answers than contacts."""
    lines = (centre / "history.csv").read_text(encoding="utf-8").splitlines()
    rows = ["queue,start,offered,answered"]
    for line in lines[1:]:
        queue, start, offered = line.split(",")
        day, clock = start.split("T")
        count = int(offered) * (3 if day == "2026-03-25" else 1)
        if day == "2026-03-18" and "10:00" <= clock < "12:00":
            count = 0
        answered = count + 1 if start == "2026-03-10T09:00" else count
        if day != "2026-04-01":
            rows.append(f"{queue},{start},{count},{answered}")
    (centre / "spoilt.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def test_doubts_are_told_and_kept(wfm, centre: Path) -> None:
    """Each with its place on the centre's clock, what was done and the contacts at stake."""
    _spoil(centre)
    done = wfm("import", "csv", "spoilt.csv")
    assert done.code == 0, done.err
    for words in (
        "impossible-row × 1: kept, look at it (+0 contacts)",
        "spoilt.csv shop 2026-03-10 09:00 answered above offered",
        "outage × 1: kept, look at it (-",
        "spoilt.csv shop 2026-03-18 10:00 4 intervals without a contact",
        "jump × 1: kept, look at it (+",
        "spoilt.csv shop 2026-03-25 00:00",
        "gap × 1: left out, not known (-",
        "spoilt.csv shop 2026-04-01 09:00 16 open intervals missing",
    ):
        assert words in done.err, (words, done.err)
    with open_store(centre / "wfm.db") as store:
        kept = store.issues()
    assert sorted(kept["kind"]) == ["gap", "impossible-row", "jump", "outage"]
    told = wfm("check").out
    assert "imported: outage × 1" in told
    assert "shop 2026-03-18 10:00" in told


def test_check_tells_each_cause_once(wfm, centre: Path) -> None:
    """What an import has told is not found again by the gates, and is over once it is mended."""
    _spoil(centre)
    lines = Path("spoilt.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "2026-04-02" not in line and "2026-04-14T09:30" not in line]
    Path("spoilt.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert wfm("import", "csv", "spoilt.csv", "--accept", "gaps").code == 0
    told = wfm("check").out
    for day in ("2026-03-18", "2026-03-25", "2026-04-01", "2026-04-14"):
        assert sum(day in line for line in told.splitlines()) == 1, told
    assert "2026-04-02" not in told
    assert not {"zeros:", "coverage:"} & set(told.split())

    assert wfm("import", "csv", "history.csv").code == 0
    mended = wfm("check").out
    assert not {"gap", "outage"} & set(mended.split()), mended


def test_what_no_import_could_tell_is_found(wfm, centre: Path) -> None:
    """Two files with a day missing between them: neither has a gap, the history has."""
    lines = (centre / "history.csv").read_text(encoding="utf-8").splitlines()
    for name, keep in (("a.csv", lambda day: day < "2026-04-01"), ("b.csv", _after)):
        some = [line for line in lines[1:] if keep(line.split(",")[1][:10])]
        Path(name).write_text("\n".join([lines[0], *some]) + "\n", encoding="utf-8")
        assert "gap" not in wfm("import", "csv", name).err
    assert "coverage: shop: 2026-04-01 is open but has no row" in wfm("check").out


def _after(day: str) -> bool:
    return day > "2026-04-01"


def test_a_correction_is_held_against_what_is_stored(wfm, centre: Path) -> None:
    """One day by itself has no weekday to differ from; with the store behind it, it has."""
    assert wfm("import", "csv", "history.csv").code == 0
    rows = (centre / "history.csv").read_text(encoding="utf-8").splitlines()
    day = [line for line in rows if "2026-04-22" in line]
    odd = [f"{line.rsplit(',', 1)[0]},{int(line.rsplit(',', 1)[1]) * 4}" for line in day]
    Path("day.csv").write_text("\n".join([rows[0], *odd]) + "\n", encoding="utf-8")
    alone = wfm("import", "csv", "day.csv", "--out", "o.csv")
    assert "jump" not in alone.err
    assert "day.csv shop 2026-04-22 00:00" in wfm("import", "csv", "day.csv").err
    assert wfm("import", "csv", "day.csv", "--json").json["issues"] == {"jump": 1}


def test_an_honest_history_has_no_doubts(wfm, centre: Path) -> None:
    """Nothing is told where nothing is odd."""
    done = wfm("import", "csv", "history.csv", "--json")
    assert (done.json["issues"], done.err) == ({}, "")
    assert "imported" not in wfm("check").out
