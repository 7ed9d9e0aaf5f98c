"""GetMetricDataV2 answers from files: what is counted when, what a missing value means."""

import copy
import json

import pandas as pd
import pytest

from wfm.errors import InputError
from wfm.telephony import ImportOptions
from wfm.telephony.connect_metrics import read_connect_metrics

EIGHT = 1_772_438_400
"""2026-03-02 08:00 UTC."""


def result(start: object = EIGHT, queue: str = "q-1", **values: float | None) -> dict:
    """Metrics of one queue and quarter hour; None is a metric without a value."""
    given = {"CONTACTS_QUEUED_BY_ENQUEUE": 5, "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT": 4, **values}
    end = start + 900 if isinstance(start, int) else "2026-03-02T08:15:00+00:00"
    return {
        "Dimensions": {"QUEUE": queue, "QUEUE_ARN": f"arn:x/{queue}"},
        "MetricInterval": {"Interval": "FIFTEEN_MIN", "StartTime": start, "EndTime": end},
        "Collections": [
            {"Metric": {"Name": name}, **({} if value is None else {"Value": value})}
            for name, value in given.items()
        ],
    }


@pytest.fixture
def read(tmp_path):
    """Import of some results saved as a file."""

    def run(*results: dict, interval_s: int = 900):
        path = tmp_path / "metrics.json"
        path.write_text(json.dumps({"MetricResults": list(results)}))
        return read_connect_metrics([path], ImportOptions("UTC", interval_s))

    return run


def test_quarter_hours_add_up(read):
    """Sums and means × counts; an interval left out between two was quiet."""
    handling = {"SUM_INTERACTION_TIME": 300, "SUM_HOLD_TIME": 20, "SUM_AFTER_CONTACT_WORK_TIME": 40}
    rows = [
        result(EIGHT, AVG_QUEUE_ANSWER_TIME=10.0, **handling),
        result(EIGHT + 2700, AVG_QUEUE_ANSWER_TIME=5.0, **handling),
    ]
    quarters = read(*rows).frame
    assert quarters["offered"].tolist() == [5, 0, 0, 5]
    hour = read(*rows, interval_s=3600).frame.iloc[0]
    figures = hour[["offered", "answered", "wait_answered_s", "talk_s"]]
    assert figures.tolist() == [10, 8, 60.0, 720.0]
    assert hour["interval_start"] == pd.Timestamp("2026-03-02T08:00Z")


def test_a_count_without_a_value_is_none_a_mean_is_unknown(read):
    """Unless there were no contacts to be the mean of."""
    frame = read(
        result(CONTACTS_ABANDONED=None, AVG_ABANDON_TIME=None, AVG_QUEUE_ANSWER_TIME=None),
    ).frame.iloc[0]
    assert (frame["abandoned"], frame["wait_abandoned_s"]) == (0, 0.0)
    assert pd.isna(frame["wait_answered_s"])


def test_contacts_counted_at_their_end_are_told(read):
    """The old metrics put a contact into the interval it ended in."""
    row = result(CONTACTS_QUEUED=6)
    row["Collections"] = [c for c in row["Collections"] if "ENQUEUE" not in c["Metric"]["Name"]]
    made = read(row)
    assert made.frame["offered"].tolist() == [6]
    assert made.issues["kind"].tolist() == ["counted-at-the-end"]


def test_times_as_the_command_line_tool_writes_them(read):
    """ISO 8601 with an offset; other channels are left out."""
    chat = result(queue="q-2")
    chat["Dimensions"]["CHANNEL"] = "CHAT"
    frame = read(result("2026-03-02T09:00:00+01:00"), chat).frame
    assert frame["interval_start"].tolist() == [pd.Timestamp("2026-03-02T08:00Z")]
    assert frame["queue"].tolist() == ["q-1"]


def _without(*path: object) -> dict:
    row = copy.deepcopy(result())
    inner = row
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return row


@pytest.mark.parametrize(
    "bad",
    [
        {},
        _without("Dimensions"),
        _without("MetricInterval", "StartTime"),
        _without("Collections", 0),
        result(CONTACTS_ABANDONED=-1),
        result(CONTACTS_ABANDONED=True),
        result(CONTACTS_ABANDONED="3"),
        result(10**30),
        result("yesterday"),
        {**result(), "MetricInterval": {"Interval": "TOTAL", "StartTime": 1, "EndTime": 2}},
        "text",
        None,
    ],
)
def test_a_malformed_result_is_refused_by_its_place(read, bad):
    """With the file; nothing of it comes in."""
    with pytest.raises(InputError, match=r"metrics\.json: result 2 is malformed"):
        read(result(), bad)


@pytest.mark.parametrize("text", ["[]", "{}", '{"MetricResults": 3}', '{"MetricResults": []}'])
def test_what_is_no_answer_is_refused(tmp_path, text):
    """With what to ask for."""
    path = tmp_path / "metrics.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"metrics\.json"):
        read_connect_metrics([path], ImportOptions("UTC", 900))
