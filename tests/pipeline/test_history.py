"""History files of `wfm forecast --in`: any order, both clock changes, every bad cell told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from wfm.errors import InputError, PlanError
from wfm.pipeline.history import infer_interval_s, read_history

ZONE = "Europe/Berlin"


def written(tmp_path: Path, text: str) -> Path:
    """A history file."""
    path = tmp_path / "h.csv"
    path.write_text("queue,start,offered\n" + text, encoding="utf-8")
    return path


def messages(path: Path) -> list[str]:
    """Problems of a file that must be refused."""
    with pytest.raises(InputError) as refused:
        read_history(path, ZONE)
    return [str(problem).replace(str(path), "h.csv") for problem in refused.value.problems]


def test_times_with_an_offset_become_wall_clock(tmp_path: Path) -> None:
    """Summer and winter offsets may stand in one file; the doubled hour adds up."""
    path = written(
        tmp_path,
        "a,2026-10-25T02:00+02:00,3\na,2026-10-25T02:00+01:00,4\na,2026-10-25T07:00Z,5\n",
    )
    read = read_history(path, ZONE)
    assert list(read["start"]) == [
        pd.Timestamp("2026-10-25 02:00"),
        pd.Timestamp("2026-10-25 08:00"),
    ]
    assert list(read["offered"]) == [7, 5]


def test_every_bad_cell_is_told_with_its_line(tmp_path: Path) -> None:
    """Blank lines count as lines; no year before the telephone, no number beyond counting."""
    path = written(
        tmp_path,
        "a,2026-10-25T08:00,many\n\na,2026-10-25T08:30,-1\na,noon,1\n,2026-10-25T09:00,1\n"
        "a,0001-01-01T08:00,1\na,2026-10-25T09:30,inf\na,2026-10-25T10:00,\n",
    )
    assert [text[: len(text.split(",")[0])] for text in messages(path)] == [
        "h.csv:2: offered: is not a number",
        "h.csv:4: offered: is negative",
        "h.csv:5: start: is not a time",
        "h.csv:6: queue: is empty",
        "h.csv:7: start: is not a time",
        "h.csv:8: offered: is too large",
        "h.csv:9: offered: is not a number",
    ]


def test_a_row_twice_is_refused_outside_the_doubled_hour(tmp_path: Path) -> None:
    """Autumn may show an hour twice, no other hour may be there twice."""
    path = written(tmp_path, "a,2026-10-25T02:00,3\na,2026-10-25T02:00,4\na,2026-10-26T02:00,5\n")
    assert read_history(path, ZONE)["offered"].tolist() == [7, 5]
    path = written(tmp_path, "a,2026-10-26T02:00,3\na,2026-10-26T02:00,3\n")
    assert messages(path)[0].startswith("h.csv:3: start: the same queue and start twice")


def test_parquet_and_gzip_read_as_csv_does(tmp_path: Path) -> None:
    """The three formats give the same history."""
    path = written(tmp_path, "a,2026-10-26T08:00,3\na,2026-10-26T08:30,4\n")
    frame = pd.read_csv(path).assign(aht_s=[180.5, float("nan")])
    frame.to_csv(path, index=False)
    frame.to_csv(tmp_path / "h.csv.gz", index=False)
    frame["start"] = pd.to_datetime(frame["start"])
    frame.to_parquet(tmp_path / "h.parquet")
    expected = read_history(path, ZONE)
    for name in ("h.csv.gz", "h.parquet"):
        pd.testing.assert_frame_equal(read_history(tmp_path / name, ZONE), expected)


def test_a_single_interval_has_no_step(tmp_path: Path) -> None:
    """One row does not tell how long an interval is."""
    with pytest.raises(PlanError, match="no queue has two intervals"):
        infer_interval_s(read_history(written(tmp_path, "a,2026-10-26T08:00,3\n"), ZONE))
