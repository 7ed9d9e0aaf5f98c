"""Any table on one sheet."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from wfm.reports.excel_table import write_table


@pytest.fixture
def forecast():
    """Two intervals of a forecast over the hour that spring skips."""
    return pd.DataFrame(
        {
            "queue": ["bank", "=cmd()"],
            "interval_start": pd.to_datetime(["2003-04-06T06:30Z", "2003-04-06T07:00Z"], utc=True),
            "interval_s": [1800, 1800],
            "mean": [12.5, np.nan],
            "service_level": [0.81, 0.79],
            "open": [True, False],
        }
    )


def test_cells_have_their_kinds(forecast, tmp_path):
    """Times, counts, numbers and texts are such, with the wall clock beside UTC."""
    write_table(
        tmp_path / "x.xlsx", forecast, sheet="forecast", title="Bank", timezone="America/New_York"
    )
    sheet = load_workbook(tmp_path / "x.xlsx")["forecast"]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert rows[1] == (
        "queue",
        "interval_start UTC",
        "interval_start local",
        "interval_s",
        "mean",
        "service_level",
        "open",
    )
    assert rows[0][3:6] == ("s", "contacts", "fraction")
    assert rows[2] == (
        "bank",
        dt.datetime(2003, 4, 6, 6, 30),
        dt.datetime(2003, 4, 6, 1, 30),
        1800,
        12.5,
        0.81,
        True,
    )
    assert rows[3] == (
        "'=cmd()",
        dt.datetime(2003, 4, 6, 7, 0),
        dt.datetime(2003, 4, 6, 3, 0),
        1800,
        None,
        0.79,
        False,
    )
    formats = [cell.number_format for cell in sheet[5]]
    assert formats[3:6] == ["#,##0", "#,##0.00", "0.0%"]


def test_header_is_frozen_and_filtered(forecast, tmp_path):
    """A reader scrolls and filters at once."""
    write_table(tmp_path / "x.xlsx", forecast, sheet="forecast")
    sheet = load_workbook(tmp_path / "x.xlsx").active
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A5", "A4:F6")
    assert sheet["A1"].value == "forecast"


def test_an_empty_table_is_a_sheet_with_headings(forecast, tmp_path):
    """No rows is no error."""
    write_table(tmp_path / "x.xlsx", forecast.iloc[:0], sheet="forecast", timezone="Europe/Berlin")
    assert load_workbook(tmp_path / "x.xlsx").active.max_row == 4


def test_the_same_table_gives_the_same_bytes(forecast, tmp_path):
    """No clock gets into the file."""
    for name in ("a", "b"):
        write_table(tmp_path / f"{name}.xlsx", forecast, sheet="forecast")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_too_many_rows_are_refused(tmp_path):
    """A table that no sheet holds is not cut silently."""
    frame = pd.DataFrame({"a": np.zeros(1_048_573)})
    with pytest.raises(ValueError, match=r"write \.csv or \.parquet"):
        write_table(tmp_path / "x.xlsx", frame, sheet="a")


def test_libreoffice_opens_it(forecast, tmp_path, recalculate):
    """Another program reads the same cells."""
    write_table(tmp_path / "table.xlsx", forecast, sheet="forecast", timezone="America/New_York")
    (path,) = recalculate([tmp_path / "table.xlsx"])
    row = next(load_workbook(path).active.iter_rows(min_row=5, values_only=True))
    assert row[2:6] == (dt.datetime(2003, 4, 6, 1, 30), 1800, 12.5, 0.81)
