"""The queue log as a table: both column forms, local time through the autumn night, instalments."""

import datetime as dt
import random
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from wfm.errors import InputError
from wfm.telephony import last_row_read, read_asterisk, read_asterisk_table

MADRID = "Europe/Madrid"


@dataclass(frozen=True)
class Row:
    """A row as a database gives it."""

    number: int
    time: str | dt.datetime
    call: str
    queue: str
    agent: str
    event: str
    data: tuple[str, ...]


def rows_of(log: bytes, *, parts: int | None = 5, epochs: bool = False) -> list[Row]:
    """Rows that a switch in Madrid would have written in place of the lines of a log."""
    made = []
    for number, line in enumerate(log.decode().splitlines(), start=1):
        epoch, call, queue, agent, event, *data = line.split("|")
        local = dt.datetime.fromtimestamp(int(epoch), ZoneInfo(MADRID)).replace(tzinfo=None)
        text = f"{local:%Y-%m-%d %H:%M:%S}.{number % 1000:06d}"
        if epochs:
            text = f"{epoch}.{number % 1000:06d}"
        made.append(Row(number, text, call, queue, agent, event, tuple(data[:parts])))
    return made


@pytest.fixture(params=["asterisk_restart_dst", "asterisk_killed", "asterisk_blind_transfer"])
def recording(request, shared):
    """A recorded log and what it gives as files."""
    paths = sorted((shared / "data/telephony" / request.param).glob("queue_log*"), reverse=True)
    return b"".join(path.read_bytes() for path in paths), read_asterisk(paths)


def same(made, wanted) -> None:
    """Hold visits and agents' time against those of the files."""
    key = ["call", "queue", "entered"]
    for name, order in (("visits", key), ("agents", ["agent", "queue", "state", "start"])):
        left, right = (getattr(each, name).sort_values(order) for each in (made, wanted))
        pd.testing.assert_frame_equal(
            left.reset_index(drop=True), right.reset_index(drop=True), check_dtype=False
        )


@pytest.mark.parametrize("how", ["parts", "whole", "epochs", "newest first"])
def test_a_table_gives_what_the_file_gives(recording, how):
    """data1 to data5, one data column, epochs, a dump that runs backwards."""
    log, wanted = recording
    rows = rows_of(log, parts=5 if how == "parts" else None, epochs=how == "epochs")
    if how == "newest first":
        rows = rows[::-1]
    made = read_asterisk_table(rows, MADRID, numbered=how != "newest first")
    same(made, wanted)
    assert made.issues["kind"].isin(["unknown-event"]).all()


def test_instalments_with_rows_out_of_order(recording):
    """Ids are committed late and rows are read twice: the whole is the same."""
    log, wanted = recording
    rows, state = rows_of(log), ""
    rng = random.Random(2)
    lines_read, at = 0, 0
    while at < len(rows):
        at = min(at + rng.randrange(1, len(rows) // 3), len(rows))
        there = [row for row in rows[:at] if row.number > last_row_read(state)]
        result = read_asterisk_table(there, MADRID, state)
        lines_read, state = lines_read + result.lines_read, result.resume
    same(result, wanted)
    assert lines_read == len(rows)
    again = read_asterisk_table(rows, MADRID, state)
    assert again.lines_read == 0
    same(again, wanted)


def test_the_sixth_field_has_no_column():
    """A linked transfer loses its position, not its talk; a row without a time is told."""
    rows = [
        Row(1, "2026-03-02 09:00:00", "1772438400.0", "q", "NONE", "ENTERQUEUE", ("", "5", "1")),
        Row(2, "2026-03-02 09:00:05", "1772438400.0", "q", "A", "CONNECT", ("5", "1.1", "2")),
        Row(
            3,
            dt.datetime(2026, 3, 2, 9, 1, 5),
            "1772438400.0",
            "q",
            "A",
            "ATTENDEDTRANSFER",
            ("LINK", "a", "b", "5", "60"),
        ),
        Row(4, "yesterday", "1.1", "q", "NONE", "ENTERQUEUE", ()),
    ]
    made = read_asterisk_table(rows, MADRID)
    assert made.visits[["talk_s", "ending"]].values.tolist() == [[60, "attended_transfer"]]
    assert made.issues["found"].tolist() == ["1 rows without a time"]


def test_the_doubled_hour_without_a_call():
    """Pauses carry no callid: the rows around them tell which hour is meant."""
    clocks = ["02:50:00", "02:10:00", "02:40:00", "03:10:00"]
    rows = [
        Row(n, f"2025-10-26 {clock}", "NONE", "q", "A", event, ())
        for n, (clock, event) in enumerate(
            zip(clocks, ("PAUSE", "UNPAUSE", "PAUSE", "UNPAUSE"), strict=True), start=1
        )
    ]
    made = read_asterisk_table(rows, MADRID).agents
    assert made["duration_s"].tolist() == [20 * 60, 30 * 60]


@pytest.mark.parametrize("text", ["[]", "null", "{", '{"last": "x"}'])
def test_a_state_that_is_none(text):
    """Anything but our own state is refused."""
    with pytest.raises(InputError, match="remove the state"):
        last_row_read(text)
