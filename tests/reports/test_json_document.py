"""Results as JSON, for machines that read it strictly."""

from __future__ import annotations

import datetime as dt
import enum
import json
import math

import numpy as np
import pandas as pd
import pytest

from wfm.reports import json_text, write_json


class Status(enum.Enum):
    """A status as the scheduler has it."""

    OPTIMAL = "optimal"


def test_a_summary_in_a_file(tmp_path):
    """Enums, numpy numbers, dates and names of all languages have a plain form."""
    facts = {"status": Status.OPTIMAL, "over": np.float64(1.5), "day": dt.date(2003, 3, 3)}
    write_json(tmp_path / "s.json", {**facts, "name": "Jürgen"})
    expected = {"status": "optimal", "over": 1.5, "day": "2003-03-03", "name": "Jürgen"}
    text = (tmp_path / "s.json").read_text(encoding="utf-8")
    assert json.loads(text) == expected
    assert "Jürgen" in text


@pytest.mark.parametrize(
    "unknown",
    [math.nan, math.inf, -math.inf, np.float64("nan"), np.float32("inf"), pd.NaT, pd.NA, None],
)
def test_what_is_not_known_is_null(unknown):
    """Strict readers would stumble over NaN; a missing time or count is no text either."""
    text = json_text({"gap": unknown, "card": {"wishes": [unknown, 1.5]}})
    assert json.loads(text) == {"gap": None, "card": {"wishes": [None, 1.5]}}


def test_keys_and_arrays(tmp_path):
    """Days and numbers as keys, arrays as lists, a table's rows with their missing counts."""
    rows = pd.DataFrame(
        {"n": pd.array([1, None], "Int64"), "t": pd.to_datetime(["2003-03-03", None])}
    )
    facts = {dt.date(2003, 3, 3): np.arange(2), np.int64(7): rows.to_dict("records")}
    expected = [{"n": 1, "t": "2003-03-03 00:00:00"}, {"n": None, "t": None}]
    assert json.loads(json_text(facts)) == {"2003-03-03": [0, 1], "7": expected}
