"""A switch's table, its call detail records and its callers, by the command line."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

TELEPHONY = Path(__file__).resolve().parents[3] / "shared" / "data" / "telephony"
NIGHT = TELEPHONY / "asterisk_restart_dst"
COUNTING = ("--interval", "15m", "--timezone", "Europe/Madrid")

pytestmark = pytest.mark.skipif(not TELEPHONY.exists(), reason="recordings not here")


def lines(folder: Path) -> list[str]:
    """Lines of a recorded log in order."""
    paths = sorted(folder.glob("queue_log*"), reverse=True)
    return [line for path in paths for line in path.read_text().splitlines()]


def fill(path: Path, some: list[str]) -> None:
    """Add lines to a switch's table, in the local time of Madrid."""
    with sqlite3.connect(path) as database:
        names = "time, callid, queuename, agent, event, data1, data2, data3, data4, data5"
        kinds = ", ".join(f"{name} TEXT" for name in names.split(", "))
        database.execute(f"CREATE TABLE IF NOT EXISTS queue_log (id INTEGER PRIMARY KEY, {kinds})")
        for line in some:
            epoch, *fields = line.split("|")
            local = dt.datetime.fromtimestamp(int(epoch), ZoneInfo("Europe/Madrid"))
            cells = [f"{local:%Y-%m-%d %H:%M:%S.%f}", *(fields + [None] * 9)[:9]]
            marks = ", ".join("?" * 10)
            database.execute(f"INSERT INTO queue_log ({names}) VALUES ({marks})", cells)
    database.close()


def test_a_table_reads_on_through_the_autumn_night(wfm, centre: Path) -> None:
    """Two instalments of the table give every cell that the files give in one."""
    every = lines(NIGHT)
    fill(Path("switch.db"), every[:200])
    how = ("import", "asterisk-table", "switch.db", *COUNTING)
    assert wfm(*how, "--json").json["rows_read"] == 200
    fill(Path("switch.db"), every[200:])
    assert wfm(*how, "--json").json["rows_read"] == len(every) - 200
    assert wfm(*how, "--json").json["rows_read"] == 0
    files = ("import", "asterisk", *NIGHT.glob("queue_log*"), *COUNTING, "--json")
    told = wfm(*files).json
    assert (told["new"], told["changed"]) == (0, 0)
    assert told["unchanged"] > 0


def test_what_is_no_table(wfm, centre: Path, monkeypatch) -> None:
    """No file, another table, two databases, a password in the open: each by its exit code."""
    fill(Path("switch.db"), lines(NIGHT)[:5])
    how = ("import", "asterisk-table")
    assert wfm(*how, "absent.db").code == 4
    assert wfm(*how, "switch.db", "--table", "cel").code == 4
    assert wfm(*how, "switch.db", "switch.db").code == 2
    refused = wfm(*how, "postgresql+psycopg://asterisk:secret@host/asterisk")
    assert refused.code == 2
    assert "secret" not in refused.err
    assert wfm(*how, "env:SWITCH_URL").code == 2
    monkeypatch.setenv("SWITCH_URL", str(Path("switch.db").resolve()))
    assert wfm(*how, "env:SWITCH_URL", *COUNTING).code == 0


def test_refused_calls(wfm, centre: Path) -> None:
    """Calls that a full or empty queue turned away are told with their number."""
    day = TELEPHONY / "asterisk_day"
    cdr = ("--cdr", day / "cdr_Master.csv")
    done = wfm("import", "asterisk", *day.glob("queue_log*"), "--timezone", "UTC", *cdr)
    assert re.search(r"refused-at-the-door × \d: not in offered \(\+5 contacts\)", done.err)


def test_callers_who_call_again(wfm, centre: Path, monkeypatch) -> None:
    """With a key the visits carry hashes; without one no column; a short key is refused."""
    log = tuple((TELEPHONY / "asterisk_day").glob("queue_log*"))
    out = ("--out", "o.csv", "--visits", "v.csv")
    monkeypatch.setenv("KEY", "0123456789abcdef")
    done = wfm("import", "asterisk", *log, *out, "--caller-hash-key-env", "KEY")
    assert re.search(r"[\d.]+% of known callers had called within 24 hours before", done.out)
    visits = pd.read_csv("v.csv")
    assert visits["caller"].dropna().str.fullmatch(r"[0-9a-f]{16}").all()
    assert wfm("import", "asterisk", *log, *out).code == 0
    assert "caller" not in pd.read_csv("v.csv")
    monkeypatch.setenv("KEY", "short")
    refused = wfm("import", "asterisk", *log, *out, "--caller-hash-key-env", "KEY")
    assert (refused.code, "short" in refused.err.split("KEY")[-1]) == (2, False)


NUMBER = re.compile(r"(?<!\d)\d{3}55501\d\d(?!\d)")


@pytest.mark.parametrize("key", [None, "0123456789abcdef"])
def test_no_number_of_a_caller_is_left_anywhere(wfm, centre: Path, monkeypatch, key) -> None:
    """Store, files, state and everything printed, byte by byte, for every recorded switch."""
    recordings = sorted(TELEPHONY.glob("asterisk_*"))
    told = []
    extra = ()
    if key:
        monkeypatch.setenv("KEY", key)
        extra = ("--caller-hash-key-env", "KEY")
    for folder in recordings:
        log, name = tuple(folder.glob("queue_log*")), folder.name
        cdr = ("--cdr", folder / "cdr_Master.csv")
        out = ("--out", f"{name}.csv", "--visits", f"{name}_v.csv", "--agents", f"{name}_a.csv")
        how = ("--timezone", "UTC", *extra)
        told.append(wfm("--debug", "import", "asterisk", *log, *how, *cdr))
        told.append(wfm("import", "asterisk", *log, *how, *out, "--state", f"{name}.state"))
    events = TELEPHONY / "freeswitch_callcenter"
    for form, path in (("freeswitch", "events.txt.gz"), ("freeswitch-cdr", "cdr_Master.csv")):
        told.append(wfm("import", form, events / path, *extra))
        told.append(wfm("import", form, events / path, "--out", "f.csv", "--state", f"{form}.s"))
    monkeypatch.delenv("WFM_DEBUG", raising=False)
    assert all(each.code == 0 for each in told), [each.err for each in told]
    numbers = {
        number
        for folder in recordings
        for line in lines(folder)
        if "|ENTERQUEUE|" in line
        for number in NUMBER.findall(line)
    }
    assert len(numbers) > 50
    sources = {"wfm.toml", "agents.csv", "wishes.csv", "history.csv"}
    written = [path for path in centre.iterdir() if path.is_file() and path.name not in sources]
    assert len(written) > 15
    for text in [path.read_bytes().decode("latin-1") for path in written]:
        assert not NUMBER.findall(text)
    for each in told:
        assert not NUMBER.findall(each.out + each.err)
