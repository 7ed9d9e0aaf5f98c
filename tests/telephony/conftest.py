"""Files in both formats for the readers, and the shared recordings where they are present."""

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from wfm.errors import InputError, Problem
from wfm.telephony import ImportOptions, IntervalImport, read_csv, read_excel

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"


def _excel_cell(text: str) -> object:
    """Typed cell as a spreadsheet would hold it: numbers and naive times typed, the rest text."""
    if text == "inf":
        return text
    for kind in (int, float, dt.datetime.fromisoformat):
        try:
            value = kind(text)
        except ValueError:
            continue
        return text if isinstance(value, dt.datetime) and value.tzinfo else value
    return text


def _write_csv(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _write_xlsx(path: Path, text: str) -> None:
    book = openpyxl.Workbook()
    for line in csv.reader(text.splitlines()):
        book.active.append([_excel_cell(cell) if cell else None for cell in line])
    book.save(path)


@pytest.fixture(params=["csv", "xlsx"])
def bring_in(request, tmp_path) -> Callable[..., IntervalImport]:
    """Import of a table given as CSV text, once as a CSV file and once as a workbook."""

    def run(text: str, timezone: str = "America/New_York", interval_s: int = 1800, **options):
        path = tmp_path / f"calls.{request.param}"
        (_write_csv if request.param == "csv" else _write_xlsx)(path, text)
        reader = read_csv if request.param == "csv" else read_excel
        options["accept"] = frozenset(options.get("accept", ()))
        return reader(path, ImportOptions(timezone, interval_s, **options))

    return run


@pytest.fixture
def refused(bring_in) -> Callable[..., list[Problem]]:
    """Problems of a table that must be refused, in both formats."""

    def run(text: str, *args, **options) -> list[Problem]:
        with pytest.raises(InputError) as caught:
            bring_in(text, *args, **options)
        assert caught.value.exit_code == 3
        return list(caught.value.problems)

    return run


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the shared data; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the shared data is not here")
    return SHARED
