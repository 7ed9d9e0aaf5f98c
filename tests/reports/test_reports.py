"""The front of the package."""

from __future__ import annotations

import subprocess
import sys

import pytest

import wfm.reports


def test_every_name_is_there():
    """What __all__ promises can be had, once each."""
    assert len(set(wfm.reports.__all__)) == len(wfm.reports.__all__)
    for name in wfm.reports.__all__:
        assert getattr(wfm.reports, name).__module__.startswith("wfm.reports.")


def test_an_unknown_name_is_an_attribute_error():
    """A slip gives the usual error."""
    with pytest.raises(AttributeError, match="write_everything"):
        wfm.reports.write_everything  # noqa: B018


def test_reading_a_table_loads_neither_excel_nor_the_terminal():
    """A stage that reads a CSV does not wait for openpyxl and rich."""
    code = (
        "import sys; from wfm.reports import read_frame; "
        "print(sorted({'openpyxl', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
