"""drivers.csv: read by queue, refused with all its problems."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wfm.errors import InputError
from wfm.pipeline.drivers import read_drivers


def test_rows_of_a_queue_come_before_those_of_all(tmp_path: Path) -> None:
    """An empty cell is not given; dates are put in order."""
    path = tmp_path / "drivers.csv"
    path.write_text(
        "date,queue,customers,mailing\n"
        "2026-02-01,,1200,\n"
        "2026-01-01,,1000,0\n"
        "2026-02-01,sales,300,50\n"
    )
    found = read_drivers(path, ["sales", "service"])
    assert found["sales"].names == ("customers", "mailing")
    assert found["sales"].values.tolist() == [[1000, 0], [300, 50]]
    assert found["service"].values[:, 0].tolist() == [1000, 1200]
    assert np.isnan(found["service"].values[1, 1])


def test_a_queue_without_rows_has_no_drivers(tmp_path: Path) -> None:
    """Rows of one queue tell nothing of another."""
    path = tmp_path / "drivers.csv"
    path.write_text("date,queue,customers\n2026-02-01,sales,300\n")
    assert list(read_drivers(path, ["sales", "service"])) == ["sales"]


def test_no_file_is_no_driver(tmp_path: Path) -> None:
    """The file is optional."""
    assert read_drivers(tmp_path / "drivers.csv", ["sales"]) == {}


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Strange queue, number, date and a date twice, each with its line."""
    path = tmp_path / "drivers.csv"
    path.write_text(
        "date,queue,customers\n2026-01-01,chat,1\n2026-01-02,,many\n2026-13-01,,1\n"
        "2026-01-05,,1\n2026-01-05,,2\n2026-01-06,,-4\n"
    )
    with pytest.raises(InputError) as refused:
        read_drivers(path, ["sales"])
    assert [problem.row for problem in refused.value.problems] == [2, 3, 4, 6, 7]
    path.write_text("date\n2026-01-01\n")
    with pytest.raises(InputError, match="no driver in the header"):
        read_drivers(path, ["sales"])
