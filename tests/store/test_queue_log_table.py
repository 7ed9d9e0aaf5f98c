"""A switch's queue_log table on SQLite and PostgreSQL: both column forms, read, never written."""

import datetime as dt

import pytest
import sqlalchemy as sa

from wfm.errors import InputError, StoreError
from wfm.store import QueueLogTable
from wfm.store.engine import make_engine

PARTS = "id integer, time {kind}, callid text, queuename text, agent text, event text, data1 text,"
PARTS += " data2 text, data3 text, data4 text, data5 text"
WHOLE = "time text, callid text, queuename text, agent text, event text, data text, serverid text"


@pytest.fixture
def switch(where):
    """Make a table on the switch's database, with rows; gives the place."""

    def make(columns: str, *rows: tuple[object, ...]) -> str:
        engine = make_engine(where, 5)
        with engine.begin() as connection:
            connection.execute(sa.text(f"CREATE TABLE queue_log ({columns})"))
            for row in rows:
                marks = ", ".join(f":v{place}" for place in range(len(row)))
                values = {f"v{place}": value for place, value in enumerate(row)}
                connection.execute(sa.text(f"INSERT INTO queue_log VALUES ({marks})"), values)
        engine.dispose()
        return str(where)

    return make


def test_five_columns(switch):
    """Rows by their id, NULLs at the end left out, and only those behind the last one read."""
    time = "2026-03-02 09:00:00.123456"
    place = switch(
        PARTS.format(kind="text"),
        (7, time, "1.0", "q", "A", "CONNECT", "5", "1.1", "2", None, None),
        (3, time, "1.0", "q", "NONE", "ENTERQUEUE", "", "2025550110", "1", "", None),
    )
    with QueueLogTable(place) as table:
        first, second = table.rows()
        assert (first.number, first.time, first.data) == (3, time, ("", "2025550110", "1"))
        assert (second.event, second.data) == ("CONNECT", ("5", "1.1", "2"))
        assert [row.number for row in table.rows(after=3)] == [7]
        assert table.numbered
        assert "queue_log" in table.place


def test_one_column(switch):
    """The whole data between bars, any number of fields, in a table without ids."""
    row = ("1772438400", "1.0", "q", "A", "ATTENDEDTRANSFER", "LINK|a|b|5|60|1", "x")
    with QueueLogTable(switch(WHOLE, row, (*row[:5], None, "x"))) as table:
        assert [each.data for each in table.rows()] == [("LINK", "a", "b", "5", "60", "1"), ()]
        assert [each.number for each in table.rows()] == [1, 2]
        assert not table.numbered


def test_times_of_the_database(switch, where):
    """A timestamp column gives a time where the database has one, SQLite the text that it keeps."""
    moment = dt.datetime(2026, 3, 2, 9, 0, 0, 123456)
    kept = moment if str(where).startswith("postgresql") else str(moment)
    row = (1, moment, "1.0", "q", "A", "PAUSE", "Lunch", None, None, None, None)
    with QueueLogTable(switch(PARTS.format(kind="timestamp"), row)) as table:
        assert [each.time for each in table.rows()] == [kept]


def test_it_is_never_written(switch, where):
    """Reading leaves a table empty, an SQLite file byte by byte, and needs it to be there."""
    place = switch(WHOLE)
    is_file = not str(where).startswith("postgresql")
    before = where.read_bytes() if is_file else b""
    for _ in range(2):
        with QueueLogTable(place) as table:
            assert list(table.rows()) == []
    if is_file:
        assert where.read_bytes() == before
        with pytest.raises(StoreError, match="no such database file"):
            QueueLogTable(str(where) + "x")


def test_what_is_no_queue_log(switch):
    """Another table's name, columns that are missing, a kind of database that is not known."""
    place = switch("time text, callid text, agent text")
    with pytest.raises(StoreError, match="no table calls; there are queue_log"):
        QueueLogTable(place, "calls")
    with pytest.raises(InputError) as refused:
        QueueLogTable(place)
    assert [problem.column for problem in refused.value.problems] == [
        "queuename",
        "event",
        "data, or data1 to data5",
    ]
    with pytest.raises(StoreError, match="no such kind of database"):
        QueueLogTable("nonsense://x")
