"""Forecast and requirement files: read whole, or refused whole."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from wfm.errors import InputError
from wfm.pipeline.project import Project, open_project
from wfm.pipeline.schedule import read_requirement
from wfm.pipeline.staff import read_forecast

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bank() -> Project:
    """The example's centre, America/New_York, half hours."""
    return open_project(ROOT / "data" / "wfm.toml")


def requirement(tmp_path: Path, text: str) -> Path:
    """A requirement file."""
    path = tmp_path / "r.csv"
    path.write_text("queue,interval_start,agents_required\n" + text, encoding="utf-8")
    return path


def messages(path: Path, bank: Project) -> list[str]:
    """Problems of a requirement that must be refused."""
    with pytest.raises(InputError) as refused:
        read_requirement(path, bank)
    return [str(problem) for problem in refused.value.problems]


def test_every_bad_cell_is_told_at_once(tmp_path: Path, bank: Project) -> None:
    """Text, a negative number, no time, no zone, a stranger: five lines, five problems."""
    path = requirement(
        tmp_path,
        "bank,2026-03-02T13:00Z,many\nbank,2026-03-02T13:30Z,-1\nbank,later,1\n"
        "bank,2026-03-02T14:30,1\nshop,2026-03-02T15:00Z,1\n",
    )
    found = messages(path, bank)
    for start in (
        "r.csv:2: agents_required: is not a number",
        "r.csv:3: agents_required: is below 0",
        "r.csv:4: interval_start: is not a time",
        "r.csv:5: interval_start: has no zone",
        "r.csv:6: queue: no such queue",
    ):
        assert [text for text in found if text.startswith(start)], (start, found)
    assert len(found) == 5


def test_another_file_is_told_by_the_columns_it_has(tmp_path: Path, bank: Project) -> None:
    """A list of people in the requirement's place: what it has, not what was made of it."""
    path = tmp_path / "agents.csv"
    path.write_text("agent,name\n1,Ada\n", encoding="utf-8")
    found = messages(path, bank)
    assert found
    assert all("missing column, found 'agent, name'" in text for text in found)


def test_strangers_and_overlaps_have_their_line(tmp_path: Path, bank: Project) -> None:
    """A queue that wfm.toml lacks is told once, an interval inside another by its row."""
    path = requirement(
        tmp_path,
        "bank,2026-03-02T13:00Z,1\nbank,2026-03-02T13:30Z,1\nbank,2026-03-02T13:45Z,1\n"
        "bank,2026-03-02T14:00Z,1\nbank,2026-03-02T14:30Z,1\n"
        "shop,2026-03-02T13:00Z,1\nshop,2026-03-02T13:30Z,1\n",
    )
    found = messages(path, bank)
    assert [text[:40] for text in found if "no such queue" in text] == [
        "r.csv:7: queue: no such queue, found 'sh"
    ]
    assert [text.split(":")[1] for text in found if "overlaps" in text] == ["3", "4"]


def test_a_header_alone_is_refused(tmp_path: Path, bank: Project) -> None:
    """Nothing to schedule is said as such."""
    assert messages(requirement(tmp_path, ""), bank) == [
        "r.csv: has a header but no rows; write the intervals below it"
    ]


def test_two_rows_of_one_interval(tmp_path: Path, bank: Project) -> None:
    """The key is queue and time, not a run that no file has."""
    path = requirement(tmp_path, "bank,2026-03-02T13:00Z,1\nbank,2026-03-02T13:00Z,2\n")
    assert messages(path, bank)[0].startswith("r.csv:3: the same queue and interval_start twice")


def test_wall_clock_times_are_the_centres(tmp_path: Path, bank: Project) -> None:
    """A column named start is local; with offsets it is what they say."""
    for cells in ("2026-03-02T08:00,2026-03-02T08:30", "2026-03-02T13:00Z,2026-03-02T13:30Z"):
        rows = "".join(f"bank,{cell},1\n" for cell in cells.split(","))
        path = requirement(tmp_path, rows)
        path.write_text(path.read_text().replace("interval_start", "start"))
        read = read_requirement(path, bank)
        assert list(read["interval_start"]) == list(
            pd.to_datetime(["2026-03-02T13:00Z", "2026-03-02T13:30Z"])
        )
        assert set(read["interval_s"]) == {1800}


def test_the_step_of_a_forecast_is_its_own(tmp_path: Path, bank: Project) -> None:
    """Hourly contacts are contacts of an hour, whatever interval the centre plans on."""
    path = tmp_path / "f.csv"
    path.write_text("queue,start,mean\nbank,2026-03-02T08:00,60\nbank,2026-03-02T09:00,60\n")
    assert set(read_forecast(path, bank)["interval_s"]) == {3600}


def test_parquet_and_gzip_read_as_csv_does(tmp_path: Path, bank: Project) -> None:
    """The three formats give the same rows."""
    path = requirement(tmp_path, "bank,2026-03-02T13:00Z,1\nbank,2026-03-02T13:30Z,2.5\n")
    frame = pd.read_csv(path)
    frame.to_csv(tmp_path / "r.csv.gz", index=False)
    frame["interval_start"] = pd.to_datetime(frame["interval_start"], utc=True)
    frame.to_parquet(tmp_path / "r.parquet")
    expected = read_requirement(path, bank)
    for name in ("r.csv.gz", "r.parquet"):
        pd.testing.assert_frame_equal(read_requirement(tmp_path / name, bank), expected)


def test_both_copies_of_the_autumn_hour(tmp_path: Path, bank: Project) -> None:
    """A wall-clock file may show the doubled hour twice, or hold nothing else."""
    head = "queue,start,agents_required\n"
    hours = ["01:00", "01:30"]
    path = tmp_path / "r.csv"
    utc = [f"2003-10-26T0{hour}Z" for hour in ("5:00", "5:30", "6:00", "6:30")]
    for around in (False, True):
        clocks = ["00:30", *hours, *hours, "02:00"] if around else [*hours, *hours]
        rows = [f"bank,2003-10-26T{clock},{n}" for n, clock in enumerate(clocks, start=1)]
        path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
        read = read_requirement(path, bank).set_index("interval_start")["agents_required"]
        made = read[pd.to_datetime(utc)].tolist()
        assert made == ([2, 3, 4, 5] if around else [1, 2, 3, 4])
        assert len(read) == len(clocks)
    rows = [f"bank,2003-10-26T{clock},1" for clock in [*hours, *hours, "01:30"]]
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    assert "overlaps the next interval" in messages(path, bank)[0]
    rows = [f"bank,2003-10-25T{clock},1" for clock in [*hours, *hours]]
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    assert [text.split(":")[1] for text in messages(path, bank)] == ["4", "5"]
