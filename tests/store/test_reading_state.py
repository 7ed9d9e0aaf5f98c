"""Where the reading of a log stopped, through the database and back."""

from datetime import UTC, datetime

import sqlalchemy as sa

from wfm.store.engine import make_engine

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)


def test_a_state_comes_back_as_it_was(store):
    """Any text, each log its own, the newest one only."""
    assert store.reading_state("asterisk /var/log") is None
    for text in ("", "näh \u2028 " * 1000, '{"version": 2}'):
        store.save_reading_state("asterisk /var/log", text, saved_at=NOW)
        store.save_reading_state("other", "x", saved_at=NOW)
        assert store.reading_state("asterisk /var/log") == text
    assert store.reading_state("other") == "x"


def test_a_damaged_state_is_none(where, store):
    """The log is then read from its start."""
    store.save_reading_state("a", "text", saved_at=NOW)
    engine = make_engine(where, 5)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE reading_state SET state = 'AAAA'"))
    engine.dispose()
    assert store.reading_state("a") is None
