"""Packed history: always what the rows say, whatever came, was corrected or taken away since."""

import datetime as dt

import pandas as pd
import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from wfm import schema
from wfm.errors import InputError, StoreError
from wfm.store import QueueOutcome, migrate, open_store
from wfm.store.engine import make_engine, writing
from wfm.store.history import pack_history
from wfm.store.packed_history import PACKED

FIRST = pd.Timestamp("2024-01-02T12:00Z")
HALF_HOUR = pd.Timedelta(minutes=30)
NOW = dt.datetime(2026, 11, 22, 4, 30, tzinfo=dt.UTC)
FIGURES = ("offered", "answered", "talk_s")


def moment(slot: int) -> dt.datetime:
    """Start of an interval."""
    return (FIRST + slot * HALF_HOUR).to_pydatetime()


def rows(offered: dict[int, int], queue: str = "bank") -> pd.DataFrame:
    """Intervals by slot; every third is not known to have been answered."""
    frame = pd.DataFrame({"slot": list(offered), "offered": list(offered.values())})
    frame["queue"], frame["interval_s"] = queue, 1800
    frame["interval_start"] = FIRST + frame["slot"] * HALF_HOUR
    frame["answered"] = frame["offered"].where(frame["slot"] % 3 > 0)
    frame["talk_s"] = frame["answered"] * 100 / 3
    return schema.check(frame.drop(columns="slot"), schema.INTERVAL_HISTORY)


def pack(store, until: int, queue: str = "bank") -> None:
    """Pack the history before a slot."""
    with writing(store._engine) as connection:
        pack_history(connection, queue, moment(until))


def sql(store, text: str) -> list:
    """What a statement gives or does behind the store's back."""
    with store._engine.begin() as connection:
        found = connection.execute(sa.text(text))
        return found.all() if found.returns_rows else []


def same(store, end: int = 100, known_import: int | None = None) -> pd.DataFrame:
    """History of the queue, from its pack and from its rows alike."""
    packed = store.queue_history("bank", moment(end), known_import=known_import, figures=FIGURES)
    plain = store.history(["bank"], end=moment(end), known_import=known_import, figures=FIGURES)
    assert_frame_equal(packed, plain)
    return packed


def packs(store) -> list[str]:
    """Queues that have one."""
    return [queue for (queue,) in sql(store, "SELECT queue FROM history_pack ORDER BY queue")]


@pytest.fixture
def packed(store, bring_in):
    """Eight intervals of two queues, of which the first five are packed."""
    bring_in(rows({slot: 10 + slot for slot in range(8)}))
    bring_in(rows({slot: 20 + slot for slot in range(8)}, "shop"))
    pack(store, 5)
    pack(store, 5, "shop")
    return store


def test_the_pack_is_what_is_read(packed):
    """Rows that only the pack knows of come back; so it is no copy that nobody reads."""
    assert same(packed)["offered"].tolist() == list(range(10, 18))
    sql(packed, "UPDATE interval_history SET offered = 99")
    found = packed.queue_history("bank", moment(100), known_import=None, figures=FIGURES)
    assert found["offered"].tolist() == [10, 11, 12, 13, 14, 99, 99, 99]


def test_an_end_inside_the_pack(packed):
    """A night of an earlier day reads no further than its day."""
    assert len(same(packed, end=3)) == 3
    assert same(packed, end=0).empty


def test_figures_that_are_not_packed_are_read_from_the_rows(packed):
    """The pack has what forecasts learn from."""
    assert "abandoned" not in PACKED
    found = packed.queue_history("bank", moment(9), known_import=None, figures=["abandoned"])
    assert_frame_equal(found, packed.history(["bank"], figures=["abandoned"]))


def test_what_is_new_leaves_the_pack(packed, bring_in):
    """Corrections and rows after its end are read beside it."""
    bring_in(rows({5: 1, 9: 2}), file_hash="b")
    assert packs(packed) == ["bank", "shop"]
    assert same(packed)["offered"].tolist() == [10, 11, 12, 13, 14, 1, 16, 17, 2]


@pytest.mark.parametrize("late", [{4: 1}, {-1: 7}])
def test_what_touches_its_rows_drops_the_pack(packed, bring_in, late):
    """A correction, and a row that had been missing; the other queue keeps its pack."""
    bring_in(rows(late), file_hash="b")
    assert packs(packed) == ["shop"]
    same(packed)


def test_an_import_that_is_refused_drops_nothing(packed, bring_in):
    """The pack goes with the transaction that touches its rows."""
    twice = rows({4: 1}).assign(interval_s=900)
    with pytest.raises(InputError, match="another length"):
        bring_in(twice, file_hash="b")
    assert packs(packed) == ["bank", "shop"]


def test_a_live_feed_drops_it_too(packed):
    """Though its rows keep their number in the log."""
    packed.write_live(rows({4: 5}), source="live", day=FIRST.date(), now=NOW)
    pack(packed, 5)
    packed.write_live(rows({4: 6}), source="live", day=FIRST.date(), now=NOW)
    assert packs(packed) == ["shop"]
    assert same(packed)["offered"].tolist()[4] == 6


def test_the_past_is_not_read_from_a_later_pack(packed, bring_in):
    """A replay sees the history as its night knew it, before the correction that is packed."""
    known = packed.last_import()
    bring_in(rows({2: 1}), file_hash="b")
    pack(packed, 5)
    assert same(packed, known_import=known)["offered"].tolist() == list(range(10, 18))
    assert same(packed, known_import=known + 1)["offered"].tolist()[2] == 1


def test_rows_taken_away_by_hand(packed):
    """What is no longer in the table is not in the history."""
    sql(packed, "DELETE FROM interval_history WHERE queue = 'bank' AND offered = 11")
    assert same(packed)["offered"].tolist() == [10, 12, 13, 14, 15, 16, 17]


@pytest.mark.parametrize("damage", ["substr(data, 5)", "'x'", "substr(data, 1, 40)", "'é€'"])
def test_a_damaged_pack_is_not_read(packed, damage):
    """The rows are still there."""
    sql(packed, f"UPDATE history_pack SET data = {damage}")
    assert len(same(packed)) == 8


def test_a_night_packs_with_its_queue(packed, a_run):
    """In the transaction of the queue: refused with it, kept with it."""
    sql(packed, "DELETE FROM history_pack")
    packed.nights.begin(a_run("n1", kind="nightly", status="running"), {})
    nothing = pd.DataFrame()
    save = packed.nights.save_queue
    save(QueueOutcome("n1", "bank", "ok"), {}, nothing, settled_before=moment(6))
    with pytest.raises(StoreError):
        save(QueueOutcome("n1", "bank", "ok"), {}, nothing, settled_before=moment(7))
    assert sql(packed, "SELECT queue, rows FROM history_pack") == [("bank", 6)]
    same(packed)


def test_packs_move_with_an_archive(packed, tmp_path):
    """Imports keep their numbers, so they still hold."""
    packed.write_archive(tmp_path / "all.wfm", now=NOW)
    with open_store(tmp_path / "other.db") as other:
        other.read_archive(tmp_path / "all.wfm")
        assert packs(other) == ["bank", "shop"]
        assert_frame_equal(same(other, known_import=2), same(packed, known_import=2))


def test_back_to_the_older_schema_and_up_again(where, packed):
    """The history is in its rows: nothing is lost but the packs."""
    before = packed.history()
    engine = make_engine(where, 5)
    with writing(engine) as connection:
        command.downgrade(migrate._config(connection), "0006")
        assert not sa.inspect(connection).has_table("history_pack")
    engine.dispose()
    with open_store(where) as again:
        assert_frame_equal(again.history(), before)
        assert packs(again) == []
        pack(again, 5)
        same(again)


_SLOTS = st.dictionaries(st.integers(-3, 8), st.integers(0, 3), min_size=1, max_size=6)
_STEPS = st.lists(st.one_of(_SLOTS, st.integers(0, 9)), max_size=8)


@settings(max_examples=40, deadline=None)
@given(steps=_STEPS)
def test_packing_in_general(steps):
    """Imports and packings in any order: the same history now and as of every import."""
    with open_store(":memory:") as store:
        for count, step in enumerate(steps):
            if isinstance(step, int):
                pack(store, step)
            else:
                store.import_intervals(
                    rows(step), source="a", file_hash=str(count), imported_at=NOW
                )
        for known in (None, *range(store.last_import() + 1)):
            same(store, known_import=known)
