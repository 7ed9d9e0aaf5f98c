"""Amazon Connect contact records: delivered again, edited, out of order."""

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.telephony.connect import read_connect

INBOUND = {
    "ContactId": "c1",
    "Channel": "VOICE",
    "InitiationMethod": "INBOUND",
    "LastUpdateTimestamp": "2024-01-02T08:00:00Z",
    "DisconnectTimestamp": "2024-01-02T07:05:00Z",
    "CustomerEndpoint": {"Address": "+12025550110"},
    "Queue": {
        "Name": "sales",
        "EnqueueTimestamp": "2024-01-02T07:00:00Z",
        "DequeueTimestamp": "2024-01-02T07:00:40Z",
        "Duration": 40,
    },
    "Agent": {
        "Username": "ada",
        "ConnectedToAgentTimestamp": "2024-01-02T07:00:40Z",
        "AgentInteractionDuration": 100,
        "CustomerHoldDuration": 20,
        "AfterContactWorkDuration": 30,
    },
    "AgentConnectionAttempts": 2,
}


@pytest.fixture
def read(tmp_path):
    """Reading of records."""

    def run(*records, **options):
        path = tmp_path / "records.jsonl"
        path.write_text("\n".join(json.dumps(record) for record in records))
        return read_connect([path], **options)

    return run


def test_the_published_samples(shared):
    """Four lines are two contacts, with the figures that were read from them by hand."""
    result = read_connect([shared / "data/telephony/field/connect_contact_records.jsonl"])
    assert result.lines_read == 4
    entered = result.visits["entered"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    v = result.visits.assign(entered=entered)
    rows = v[["call", "queue", "entered", "wait_s", "talk_s", "hold_s", "acw_s", "ending"]]
    rows = rows.assign(call=rows["call"].str[-2:])
    assert rows.values.tolist() == [
        ["a1", "Queue A", "2022-01-05T17:14:46Z", 346, 239, 221, 5, "attended_transfer"],
        ["b1", "Queue B", "2022-04-08T15:00:42Z", 7, 33, 0, 32, "caller"],
    ]
    made = result.intervals(900, threshold_s=20, short_s=5)
    assert made["talk_s"].tolist() == [465, 65]
    assert made["answered_in_threshold"].tolist() == [0, 1]
    assert "1555555" not in result.visits.to_csv() + result.agents.to_csv()


def test_any_order_and_any_number_of_deliveries(read):
    """The latest version counts, however often and in whatever order the versions come."""
    late = {**INBOUND, "LastUpdateTimestamp": "2024-01-09T08:00:00Z", "AgentConnectionAttempts": 1}
    early = {**INBOUND, "LastUpdateTimestamp": "2024-01-02T07:30:00Z", "Agent": None}
    for records in itertools.permutations([INBOUND, late, early, late]):
        result = read(*records)
        assert result.visits[["outcome", "ring_no_answer"]].values.tolist() == [["answered", 0]]


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "abandoned"),
        ({"InitiationMethod": "CALLBACK"}, "withdrawn"),
        ({"NextContactId": "c2"}, "withdrawn"),
        ({"TransferCompletedTimestamp": "2024-01-02T07:00:40Z"}, "withdrawn"),
    ],
)
def test_without_an_agent(read, changes, outcome):
    """Queued for a callback or moved on is not abandoned."""
    result = read({**INBOUND, "Agent": None, **changes})
    assert result.visits[["outcome", "wait_s"]].values.tolist() == [[outcome, 40]]


def test_not_for_a_queue(read):
    """Contacts that met no queue, and other channels, are no visits."""
    chat = {**INBOUND, "ContactId": "c3", "Channel": "CHAT"}
    assert read({**INBOUND, "Queue": None}, chat).visits.empty
    assert len(read(chat, channel=None).visits) == 1


def test_a_transferred_contact_is_not_first(read):
    """The next contact of a chain is a visit of its own queue."""
    next_one = {**INBOUND, "ContactId": "c2", "PreviousContactId": "c1"}
    result = read(INBOUND, next_one)
    made = result.intervals(900, threshold_s=60, short_s=5)
    assert made[["offered", "not_first_visit", "ring_no_answer"]].values.tolist() == [[2, 1, 2]]


def test_records_that_make_no_sense(tmp_path):
    """Each is an issue; the others are read."""
    path = tmp_path / "records.jsonl"
    bad_time = {**INBOUND, "ContactId": "c9", "Queue": {"Name": "q", "EnqueueTimestamp": "soon"}}
    lines = ["{", "[1]", json.dumps({"Queue": None}), json.dumps(bad_time), json.dumps(INBOUND)]
    path.write_text("\n".join(lines))
    result = read_connect([path])
    assert result.issues[["row", "found"]].values.tolist() == [
        [1, "no JSON object"],
        [2, "no JSON object"],
        [3, "no ContactId"],
        [0, "contact c9: EnqueueTimestamp is no time"],
    ]
    assert len(result.visits) == 1


junk = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None)
@given(
    place=st.sampled_from([(), ("Queue",), ("Agent",)]),
    name=st.sampled_from([*INBOUND, *INBOUND["Queue"], *INBOUND["Agent"]]),
    value=junk,
)
def test_no_record_breaks_the_reader(tmp_path_factory, place, name, value):
    """Any field may hold anything."""
    record = json.loads(json.dumps(INBOUND))
    inner = record
    for step in place:
        inner = inner[step]
    inner[name] = value
    path = tmp_path_factory.mktemp("fuzz") / "records.jsonl"
    path.write_text(json.dumps(record))
    result = read_connect([path])
    assert len(result.visits) + len(result.issues) <= 1
