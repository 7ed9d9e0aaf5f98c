"""Stores, and what is put into them."""

import datetime as dt

import pandas as pd
import pytest

from wfm import schema
from wfm.store import Run, open_store

NOW = dt.datetime(2026, 11, 22, 4, 30, tzinfo=dt.UTC)


@pytest.fixture
def store(where):
    """An empty store."""
    with open_store(where) as opened:
        yield opened


@pytest.fixture
def morning():
    """Four half hours of one queue."""
    return schema.check(
        pd.DataFrame(
            {
                "queue": "bank",
                "interval_start": pd.date_range("2024-01-02T12:00Z", periods=4, freq="30min"),
                "interval_s": 1800,
                "offered": [10, 20, 30, 40],
                "answered": [9, 19, None, 39],
                "talk_s": [900.5, 1900.25, None, 1 / 3],
            }
        ),
        schema.INTERVAL_HISTORY,
    )


@pytest.fixture
def bring_in(store):
    """Import into the store with the paperwork filled in."""

    def run(frame, *, file_hash="abc", **options):
        return store.import_intervals(
            frame, source="calls.csv", file_hash=file_hash, imported_at=NOW, **options
        )

    return run


@pytest.fixture
def a_run():
    """Run with a given name, a minute apart from the others."""

    def make(name: str, minute: int = 0, **fields) -> Run:
        given = {"kind": "forecast", "inputs_hash": "0" * 64, "code_version": "0.1.0", **fields}
        return Run(run=name, created_at=NOW + dt.timedelta(minutes=minute), **given)

    return make
