"""FreeSWITCH mod_callcenter: exact on a recorded run; lost races, resumed callers, damage."""

import gzip
import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.telephony.freeswitch import read_freeswitch

COUNTS = {
    "offered": "offered",
    "answered": "answered",
    "abandoned": "abandoned",
    "timeout": "timeout",
    "key_exit": "key",
    "lost": "lost",
    "wait_answered_s": "wait_answered_s",
    "wait_abandoned_s": "wait_abandoned_s",
    "talk_s": "talk_s",
    "ring_no_answer": "offers_failed",
}


@pytest.fixture
def folder(shared):
    """The recorded run."""
    return shared / "data/telephony/freeswitch_callcenter"


def _epoch(times: pd.Series) -> pd.Series:
    return (times - pd.Timestamp(0, tz="UTC")).dt.total_seconds()


def _rows(frame: pd.DataFrame) -> list[tuple]:
    """Rows as text in a fixed order, so that 9 and 9.0 are one."""
    plain = frame.astype("object").where(frame.notna(), "")
    text = [
        tuple(f"{c:g}" if isinstance(c, float) else str(c) for c in row) for row in plain.values
    ]
    return sorted(text)


def _same_as_recorded(result, folder) -> None:
    made = result.intervals(60, threshold_s=20, short_s=5)
    made["interval_start_epoch"] = _epoch(made["interval_start"]).astype("int64")
    columns = ["interval_start_epoch", "queue", *COUNTS.values()]
    wanted = pd.read_csv(folder / "expected_1min.arrival.csv")
    made[list(COUNTS)] = made[list(COUNTS)].astype("int64")
    assert _rows(made.rename(columns=COUNTS)[columns]) == _rows(wanted[columns])

    v = result.visits
    visits = pd.DataFrame(
        {
            "member": v["call"],
            "queue": v["queue"],
            "enter": _epoch(v["entered"]).astype("int64"),
            "resumed": v["call"].duplicated().astype("int64"),
            "outcome": v["outcome"],
            "wait": v["wait_s"].astype("Int64"),
            "talk": v["talk_s"].astype("Int64"),
            "agent": v["agent"],
            "closed": _epoch(v["closed"]).astype("int64"),
            "offers_failed": v["ring_no_answer"],
        }
    )
    wanted = pd.read_csv(folder / "expected_1min.visits.csv").astype({"talk": "Int64"})
    assert _rows(visits) == _rows(wanted[list(visits)])

    # a caller who came back, or whose call went on to a second queue, was there before
    assert (~v["first"]).sum() >= v["call"].duplicated().sum() == wanted["resumed"].sum()

    a = result.agents
    agents = pd.DataFrame(
        {
            "epoch": _epoch(a["start"]).astype("int64"),
            "agent": a["agent"],
            "kind": a["state"],
            "value": a["reason"],
        }
    )
    assert _rows(agents) == _rows(pd.read_csv(folder / "expected_1min.agents.csv"))


def test_every_cell_of_every_expected_table(folder):
    """Intervals, visits and agent changes of the recorded run."""
    result = read_freeswitch([folder / "events.txt.gz"])
    _same_as_recorded(result, folder)
    assert sorted(result.issues["kind"]) == ["automatic-break", "late-cancel"]


def test_in_pieces_out_of_order_and_twice(folder, tmp_path):
    """Blocks dealt out to three files, some into two of them, are the whole run."""
    text = gzip.decompress((folder / "events.txt.gz").read_bytes()).decode()
    rng = random.Random(2)
    files: list[list[str]] = [[], [], []]
    for block in text.split("\n\n"):
        for place in rng.sample(range(3), rng.choice([1, 1, 2])):
            files[place].append(block)
    paths = []
    for k, blocks in enumerate(files):
        path = tmp_path / f"events.{k}"
        path.write_text("\n\n".join(blocks))
        paths.append(path)
    _same_as_recorded(read_freeswitch(paths[::-1]), folder)


def test_no_caller_s_number_anywhere(folder):
    """Neither in the frames nor in the issues."""
    result = read_freeswitch([folder / "events.txt.gz"])
    texts = [f.to_csv() for f in (result.visits, result.agents, result.issues)]
    assert not any("20255501" in text for text in texts)


def test_the_end_of_the_stream(tmp_path):
    """Who waits when the stream ends is lost at entry; an end without a start is an issue."""
    path = tmp_path / "events"
    path.write_text(
        "Event-Date-Timestamp: 1795318366607271\nEvent-Sequence: 1\nCC-Queue: a%40b\n"
        "CC-Action: member-queue-start\nCC-Member-UUID: m1\nCC-Member-CID-Number: anonymous\n\n"
        "Event-Date-Timestamp: 1795318366607272\nEvent-Sequence: 2\nCC-Queue: a%40b\n"
        "CC-Action: member-queue-end\nCC-Member-UUID: m2\n\n"
        "Event-Date-Timestamp: soon\nCC-Action: member-queue-start\n"
    )
    result = read_freeswitch([path])
    assert result.visits[["queue", "outcome", "caller_known"]].values.tolist() == [
        ["a@b", "lost", False]
    ]
    assert sorted(result.issues["kind"]) == ["event-without-entry", "malformed-event"]


@settings(max_examples=25, deadline=None)
@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "CC-Action",
                    "CC-Queue",
                    "CC-Agent",
                    "CC-Member-UUID",
                    "Event-Date-Timestamp",
                    "CC-Agent-Answered-Time",
                    "CC-Member-Joined-Time",
                    "CC-Member-Leaving-Time",
                    "CC-Cause",
                    "",
                ]
            ),
            st.sampled_from(
                [
                    "member-queue-start",
                    "bridge-agent-start",
                    "bridge-agent-end",
                    "member-queue-end",
                    "agent-state-change",
                    "1795318366607271",
                    "1795318366",
                    "m",
                    "Cancel",
                    "%ff\x00é",
                ]
            ),
        ),
        max_size=60,
    )
)
def test_no_event_breaks_the_reader(tmp_path_factory, lines):
    """Headers in any mixture are read or become issues."""
    path = tmp_path_factory.mktemp("fuzz") / "events"
    path.write_text("\n".join(f"{name}: {value}" if name else "" for name, value in lines))
    result = read_freeswitch([path])
    made = result.intervals(60, threshold_s=20, short_s=5)
    assert made["offered"].sum() == len(result.visits)
