"""Asterisk's queue_log: exact on recordings of a real switch, however the log is cut."""

import gzip
import itertools
import random
import re

import numpy as np
import pandas as pd
import pytest

from wfm.telephony import AsteriskState, Attribution, read_asterisk
from wfm.telephony.visits import Outcome

RECORDINGS = [
    "asterisk_blind_transfer",
    "asterisk_day",
    "asterisk_killed",
    "asterisk_restart_dst",
    "asterisk_sip",
]
COUNTS = {
    "offered": "offered",
    "answered": "answered",
    "abandoned": "abandoned",
    "short_abandoned": "short",
    "timeout": "timeout",
    "key_exit": "key",
    "empty_exit": "empty",
    "withdrawn": "withdrawn",
    "lost": "lost",
    "answered_in_threshold": "in_sl",
    "wait_answered_s": "wait_answered_s",
    "wait_abandoned_s": "wait_abandoned_s",
    "talk_s": "talk_s",
    "transferred": "transferred",
    "ring_no_answer": "rna",
    "not_first_visit": "not_first_visit",
}
ENDINGS = {
    "agent": "COMPLETEAGENT",
    "caller": "COMPLETECALLER",
    "blind_transfer": "BLINDTRANSFER",
    "attended_transfer": "ATTENDEDTRANSFER",
    "cut": "cut",
    "open": "open",
}


@pytest.fixture(params=RECORDINGS)
def recording(request, shared):
    """Folder of one recorded run."""
    return shared / "data" / "telephony" / request.param


def _epoch(times: pd.Series) -> pd.Series:
    return (times - pd.Timestamp(0, tz="UTC")).dt.total_seconds()


def _expected(folder, kind: str) -> pd.DataFrame:
    (path,) = folder.glob(f"expected_*min.{kind}.csv")
    return pd.read_csv(path, dtype={"callid": str, "agent": str}).astype("object")


def _interval_s(folder) -> int:
    (path,) = folder.glob("expected_*min.arrival.csv")
    return 60 * int(re.search(r"_(\d+)min", path.name).group(1))


def _plain(frame: pd.DataFrame, key: list[str]) -> list[dict]:
    """Rows in the order of their key, numbers as floats, None where empty."""
    rows = frame.astype("object").where(frame.notna(), None).to_dict("records")
    clean = [
        {k: float(v) if isinstance(v, int | float | np.number) else v for k, v in row.items()}
        for row in rows
    ]
    return sorted(clean, key=lambda row: [str(row[name]) for name in key])


def _intervals(result, folder, attribution: str) -> list[dict]:
    made = result.intervals(
        _interval_s(folder), threshold_s=20, short_s=5, attribution=Attribution(attribution)
    )
    made["interval_start_epoch"] = _epoch(made["interval_start"])
    made = made.rename(columns=COUNTS)
    key = ["interval_start_epoch", "queue"]
    return _plain(made[[*key, *COUNTS.values()]], key)


def _wanted_intervals(folder, attribution: str) -> list[dict]:
    key = ["interval_start_epoch", "queue"]
    return _plain(_expected(folder, attribution)[[*key, *COUNTS.values()]], key)


def _visits(result) -> list[dict]:
    v = result.visits
    made = pd.DataFrame(
        {
            "callid": v["call"],
            "queue": v["queue"],
            "enter": _epoch(v["entered"]),
            "first": v["first"].astype(int),
            "caller_known": v["caller_known"].astype(int),
            "outcome": v["outcome"].str.removesuffix("_exit"),
            "wait": v["wait_s"],
            "ring": v["ring_s"],
            "agent": v["agent"],
            "connect": _epoch(v["connected"]),
            "talk": v["talk_s"],
            "end": v["ending"].map(ENDINGS),
            "closed": _epoch(v["closed"]),
            "rna": v["ring_no_answer"],
        }
    )
    return _plain(made, ["callid", "queue", "enter"])


def _agents(result) -> list[dict]:
    a = result.agents
    made = pd.DataFrame(
        {
            "agent": a["agent"],
            "queue": a["queue"].replace({"": None}),
            "kind": a["state"],
            "start_epoch": _epoch(a["start"]),
            "end_epoch": _epoch(a["end"]),
            "seconds": a["duration_s"],
            "reason": a["reason"].replace({"": None}),
            "how_it_ended": a["ended_by"].replace({"open": "open at end of log"}),
        }
    )
    return _plain(made, list(made)[:5])


def _same_as_recorded(result, folder) -> None:
    """Hold every cell of the four tables against the recording's."""
    for attribution in ("arrival", "event"):
        assert _intervals(result, folder, attribution) == _wanted_intervals(folder, attribution)
    assert _visits(result) == _plain(_expected(folder, "visits"), ["callid", "queue", "enter"])
    agents = _expected(folder, "agents")
    assert _agents(result) == _plain(agents, list(agents)[:5])


def _whole_log(folder) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("queue_log*"), reverse=True))


def test_every_cell_of_every_expected_table(recording):
    """Both attributions, visits and agent time, the files given in the wrong order."""
    result = read_asterisk(sorted(recording.glob("queue_log*")))
    _same_as_recorded(result, recording)
    assert set(result.issues["kind"]) <= {"unknown-event"}


def test_every_contact_has_one_outcome(recording):
    """Offered is the sum of the seven outcomes in every interval and queue."""
    result = read_asterisk(list(recording.glob("queue_log*")))
    for interval_s in (60, 900, 3600):
        made = result.intervals(interval_s, threshold_s=20, short_s=5)
        assert (made[[str(outcome) for outcome in Outcome]].sum(axis=1) == made["offered"]).all()
        assert made["offered"].sum() == len(result.visits)


def test_renamed_packed_and_given_twice(recording, tmp_path):
    """Rotated files under other names, one of them packed, another one twice."""
    log = _whole_log(recording)
    lines = log.splitlines(keepends=True)
    first, second = lines[: len(lines) // 2], lines[len(lines) // 2 :]
    (tmp_path / "queue_log-20260302.gz").write_bytes(gzip.compress(b"".join(first)))
    (tmp_path / "queue_log.1").write_bytes(b"".join(first))
    (tmp_path / "queue_log").write_bytes(b"".join(second))
    paths = sorted(tmp_path.iterdir())
    result = read_asterisk(paths + paths)
    _same_as_recorded(result, recording)


def test_a_copy_that_repeats_the_end(recording, tmp_path):
    """The last hundred lines of one file stand again at the beginning of the next."""
    lines = _whole_log(recording).splitlines(keepends=True)
    cut = len(lines) * 2 // 3
    (tmp_path / "a").write_bytes(b"".join(lines[:cut]))
    (tmp_path / "b").write_bytes(b"".join(lines[max(cut - 100, 0) :]))
    _same_as_recorded(read_asterisk([tmp_path / "b", tmp_path / "a"]), recording)


@pytest.mark.parametrize("pieces", [2, 5])
def test_cut_at_any_byte(recording, tmp_path, pieces):
    """Pieces cut in the middle of lines, all at once and in instalments, are the whole log."""
    log = _whole_log(recording)
    rng = random.Random(pieces)
    for trial in range(2):
        cuts = [0, *sorted(rng.sample(range(1, len(log)), pieces - 1)), len(log)]
        paths = []
        for k, (start, end) in enumerate(itertools.pairwise(cuts)):
            path = tmp_path / f"{trial}-{k}"
            path.write_bytes(log[start:end])
            paths.append(path)
        _same_as_recorded(read_asterisk(paths), recording)
        state, results = AsteriskState(), []
        for path in paths:
            result = read_asterisk([path], AsteriskState.load(state.dump()))
            state = result.state
            results.append(result)
        _same_as_recorded(results[-1], recording)
        again = read_asterisk(paths, AsteriskState.load(state.dump()))
        assert again.lines_read == 0
        _same_as_recorded(again, recording)


def test_a_log_that_grows_and_rotates_while_it_is_read(recording, tmp_path):
    """Appended to byte by byte at random, renamed on the way, read again after each step."""
    log = _whole_log(recording)
    rng = random.Random(1)
    live, number, at, state = tmp_path / "queue_log", 0, 0, AsteriskState()
    live.touch()
    lines_read = 0
    while at < len(log):
        step = min(rng.randrange(1, len(log) // 4), len(log) - at)
        with live.open("ab") as stream:
            stream.write(log[at : at + step])
        at += step
        # Asterisk writes whole lines, so a rotation never cuts one
        if rng.random() < 0.4 and log[at - 1 : at] == b"\n":
            live.rename(tmp_path / f"queue_log.{number}")
            live.touch()
            number += 1
        result = read_asterisk(list(tmp_path.iterdir()), AsteriskState.load(state.dump()))
        state = result.state
        lines_read += result.lines_read
    _same_as_recorded(result, recording)
    assert lines_read == log.count(b"\n")


def test_copytruncate(recording, tmp_path):
    """The live file is copied away and emptied; what was read before is known in the copy."""
    lines = _whole_log(recording).splitlines(keepends=True)
    half = len(lines) // 2
    live = tmp_path / "queue_log"
    live.write_bytes(b"".join(lines[: half - 5]))
    first = read_asterisk([live])
    (tmp_path / "queue_log.1").write_bytes(b"".join(lines[:half]))
    live.write_bytes(b"".join(lines[half:]))
    second = read_asterisk([live, tmp_path / "queue_log.1"], first.state)
    assert second.lines_read == len(lines) - half + 5
    _same_as_recorded(second, recording)


def test_no_caller_s_number_anywhere(recording):
    """Neither in the frames nor in the issues nor in the state."""
    log = _whole_log(recording).decode()
    numbers = set(re.findall(r"ENTERQUEUE\|\|(\d+)\|", log))
    result = read_asterisk(list(recording.glob("queue_log*")))
    texts = [
        result.visits.to_csv(),
        result.agents.to_csv(),
        result.issues.to_csv(),
        result.state.dump(),
        result.intervals(60, threshold_s=20, short_s=5).to_csv(),
    ]
    assert numbers
    for number in numbers:
        assert not any(number in text for text in texts)


def test_no_caller_s_number_in_a_piece_of_a_line(tmp_path):
    """A line cut behind the number is kept without it."""
    path = tmp_path / "queue_log"
    path.write_bytes(b"1795317731|1795317731.0|sales|NONE|ENTERQUEUE||2025550110")
    result = read_asterisk([path])
    assert "2025550110" not in result.state.dump()
    assert result.visits["caller_known"].tolist() == [True]


def test_the_autumn_night(shared):
    """Intervals are UTC, so the hour that Madrid's clock shows twice is two hours."""
    folder = shared / "data/telephony/asterisk_restart_dst"
    result = read_asterisk(list(folder.glob("queue_log*")))
    made = result.intervals(3600, threshold_s=20, short_s=5, timezone="Europe/Madrid")
    local = made["interval_start"].dt.tz_convert("Europe/Madrid").dt.strftime("%H:%M%z")
    assert {"02:00+0200", "02:00+0100"} & set(local)
    assert made["offered"].sum() == 101


def test_attended_transfer_from_queue_to_queue(shared):
    """The consultation's visit goes on under the old call; nobody is lost or counted twice."""
    path = shared / "data/telephony/field/queue_log_attended_transfer.txt"
    result = read_asterisk([path])
    rows = result.visits[["call", "queue", "first", "outcome", "wait_s", "talk_s", "ending"]]
    assert rows.values.tolist() == [
        ["1717397243.239826", "1501", True, "answered", 12.0, 120.0, "attended_transfer"],
        ["1717397243.239826", "1509", False, "answered", 7.0, 173.0, "agent"],
    ]
    assert result.issues.empty
