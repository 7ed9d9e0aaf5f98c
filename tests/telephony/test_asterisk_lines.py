"""Asterisk's queue_log line by line: what the recordings do not have, size and damage."""

import gzip
import random
import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.errors import InputError
from wfm.telephony import AsteriskState, read_asterisk
from wfm.telephony.visits import Outcome


@pytest.fixture
def read(tmp_path):
    """Reading of a log given as text."""

    def run(text: str, state=None):
        path = tmp_path / "queue_log"
        path.write_text(text)
        return read_asterisk([path], state)

    return run


def _log(*lines: str) -> str:
    return "".join(f"{1_700_000_000 + k * 10}|{line}\n" for k, line in enumerate(lines))


@pytest.mark.parametrize(
    ("line", "outcome", "wait_s"),
    [
        ("EXITWITHTIMEOUT|2", "timeout", 10),
        ("EXITWITHTIMEOUT|1|2|9", "timeout", 9),
        ("EXITWITHKEY|1|2|2|15", "key_exit", 15),
        ("EXITEMPTY|1|1|10", "empty_exit", 10),
        ("WITHDRAW|1|1|14|moved|to|chat", "withdrawn", 14),
        ("AGENTDUMP", "withdrawn", 10),
        ("SYSCOMPAT", "withdrawn", 10),
        ("ABANDON|1|1|3", "abandoned", 3),
    ],
)
def test_every_way_out(read, line, outcome, wait_s):
    """Each exit has its own count, and its wait in its own field."""
    result = read(_log("1.0|q|NONE|ENTERQUEUE||5|1", f"1.0|q|NONE|{line}"))
    assert result.visits[["outcome", "wait_s"]].values.tolist() == [[outcome, wait_s]]


@pytest.mark.parametrize(
    "line",
    [
        "TRANSFER|200|default|5|60",
        "TRANSFER|200|default|5|60|1",
        "BLINDTRANSFER|200|default|5|60|1",
        "ATTENDEDTRANSFER|BRIDGE|x|5|60|1",
        "ATTENDEDTRANSFER|LINK|a|b|5|60|1",
    ],
)
def test_every_transfer(read, line):
    """Old and new forms; talk is read from the right."""
    enter, connect = "1.0|q|NONE|ENTERQUEUE||5|1", "1.0|q|A|CONNECT|5|1.1|2"
    result = read(_log(enter, connect, f"1.0|q|A|{line}"))
    assert result.visits["talk_s"].tolist() == [60]
    assert result.intervals(900, threshold_s=20, short_s=5)["transferred"].tolist() == [1]


def test_back_into_the_same_queue(read):
    """A call that comes back has two visits, told apart by their order."""
    result = read(
        _log(
            "1.0|q|NONE|ENTERQUEUE||5|1",
            "1.0|q|NONE|EXITWITHTIMEOUT|1|1|10",
            "1.0|q|NONE|ENTERQUEUE||5|1",
            "1.0|q|A|CONNECT|10|1.1|2",
            "1.0|q|NONE|ENTERQUEUE||5|1",
            "1.0|q|A|BLINDTRANSFER|q|x|10|10|1",
            "1.0|q|NONE|ABANDON|1|1|20",
        )
    )
    assert result.visits[["outcome", "first"]].values.tolist() == [
        ["timeout", True],
        ["answered", False],
        ["abandoned", False],
    ]


def test_the_end_of_the_log(read):
    """Who waits at the end is lost at entry, who talks is answered with no talk time yet."""
    text = _log(
        "1.0|q|NONE|ENTERQUEUE||5|1", "1.1|q|NONE|ENTERQUEUE|||1", "1.1|q|A|CONNECT|0|1.2|0"
    )
    result = read(text)
    assert result.visits[["outcome", "ending", "caller_known"]].values.tolist() == [
        ["lost", None, True],
        ["answered", "open", False],
    ]
    late = read(text + "1700000030|1.0|q|NONE|ABANDON|1|1|30\n", result.state)
    assert late.lines_read == 1
    assert late.visits["outcome"].tolist() == ["abandoned", "answered"]


def test_lines_that_make_no_sense(read):
    """Each is an issue with its line; nothing stops, nothing is guessed."""
    text = _log(
        "1.0|q|NONE|ENTERQUEUE||5|1",
        "1.0|q|A|CONNECT|soon|1.2|0",
        "1.0|q|A",
        "1700000000.9|q|A|COMPLETEAGENT|1|2|1",
        "1.0|q|NONE|SOMETHINGNEW|x",
        "1.0|q|NONE|ABANDON|1|1|40",
    )
    result = read(text + "\n17|x\n")
    assert result.issues[["row", "kind", "found"]].values.tolist() == [
        [2, "malformed-line", "field 6 is no number of seconds"],
        [3, "malformed-line", "4 fields instead of at least 5"],
        [4, "event-without-entry", "COMPLETEAGENT of call 1700000000.9"],
        [8, "malformed-line", "2 fields instead of at least 5"],
        [0, "unknown-event", "SOMETHINGNEW 1 times"],
    ]
    assert result.visits["outcome"].tolist() == ["abandoned"]


def test_names_in_either_encoding(tmp_path):
    """UTF-8 or Latin-1, a queue keeps its name."""
    path = tmp_path / "queue_log"
    line = "1700000000|1.0|Rückfragen und mehr|NONE|ENTERQUEUE||5|1\n"
    path.write_bytes(line.encode() + line.replace("1.0", "1.1").encode("latin-1"))
    assert set(read_asterisk([path]).visits["queue"]) == {"Rückfragen und mehr"}


def test_files_that_cannot_be_read(tmp_path):
    """All of them at once, by name."""
    broken = tmp_path / "queue_log.gz"
    broken.write_bytes(gzip.compress(b"x" * 1000)[:-9])
    with pytest.raises(InputError) as caught:
        read_asterisk([tmp_path / "nowhere", broken])
    assert [problem.file.rsplit("/")[-1] for problem in caught.value.problems] == [
        "nowhere",
        "queue_log.gz",
    ]


def test_an_empty_log(read):
    """No line is no visit, no interval, no error."""
    result = read("")
    assert result.visits.empty
    assert result.intervals(900, threshold_s=20, short_s=5).empty


def test_quiet_intervals(read):
    """Where nothing came while the log ran, a history has a zero."""
    lines = ["1.0|q|NONE|ENTERQUEUE||5|1", "1.1|p|NONE|ENTERQUEUE||5|1"]
    result = read(_log(*lines) + "1700003600|1.2|q|NONE|ENTERQUEUE||5|1\n")
    made = result.intervals(900, threshold_s=20, short_s=5, quiet=True)
    assert made.groupby("queue")["offered"].apply(list).to_dict() == {
        "p": [1, 0, 0, 0, 0],
        "q": [1, 0, 0, 0, 1],
    }
    assert made["talk_s"].sum() == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}', '{"version": 1}', "null"])
def test_a_state_that_is_none(text):
    """Anything but our own state is refused with what to do."""
    with pytest.raises(InputError, match="remove the state"):
        AsteriskState.load(text)


def test_a_piece_read_twice_is_no_line(tmp_path):
    """A file that ends within a line, looked at again before it grows, gives the whole line."""
    path = tmp_path / "queue_log"
    begun = b"1700000000|1.0|q|NONE|ENTERQUEUE||5|1\n1700000002|1.0|q|A|CONNECT|2|1.1|2\n"
    last = b"1700000302|1.0|q|A|COMPLETEAGENT|2|300|1\n"
    for cut in range(30, len(last)):
        state = AsteriskState()
        for data in (begun + last[:cut], begun + last[:cut], begun + last):
            path.write_bytes(data)
            state = read_asterisk([path], AsteriskState.load(state.dump())).state
        assert [visit.talk_s for visit in state.log.visits.closed] == [300]


def _busy_log(visits: int, rng: random.Random) -> list[str]:
    """Log of many calls in twenty queues: abandons, rings in vain, time-outs, transfers."""
    events = []
    for n in range(visits):
        at, queue = 1_700_000_000 + n // 2, f"q{n % 20}"
        call = f"{at}.{n}"
        wait, talk = rng.randrange(40), rng.randrange(600)
        events.append((at, n, f"{call}|{queue}|NONE|ENTERQUEUE||2025550{n % 1000:03}|1"))
        end = at + wait
        if n % 10 == 0:
            events.append((end, n, f"{call}|{queue}|NONE|ABANDON|1|1|{wait}"))
        elif n % 33 == 0:
            events.append((end, n, f"{call}|{queue}|NONE|EXITWITHTIMEOUT|1|1|{wait}"))
        else:
            agent = f"Agent/{n % 500}"
            if n % 7 == 0:
                events.append((at, n, f"{call}|{queue}|{agent}|RINGNOANSWER|5000"))
            events.append((end, n, f"{call}|{queue}|{agent}|CONNECT|{wait}|{call}1|2"))
            name = "COMPLETEAGENT" if n % 2 else "COMPLETECALLER"
            events.append((end + talk, n, f"{call}|{queue}|{agent}|{name}|{wait}|{talk}|1"))
    events.sort(key=lambda event: event[0])
    return [f"{at}|{text}\n" for at, _, text in events]


@pytest.mark.slow
def test_a_hundred_thousand_visits(tmp_path):
    """About 300 000 lines go through within ten seconds of one core, none of them lost."""
    lines = _busy_log(100_000, random.Random(3))
    path = tmp_path / "queue_log"
    path.write_text("".join(lines))
    begun = time.process_time()
    result = read_asterisk([path])
    made = result.intervals(900, threshold_s=20, short_s=5)
    assert time.process_time() - begun < 10
    assert made["offered"].sum() == 100_000
    assert result.lines_read == len(lines)
    assert made["ring_no_answer"].sum() == sum("RINGNOANSWER" in line for line in lines)
    late = result.state.log.visits
    assert len(late.open_visits()) == 0


@pytest.mark.slow
def test_a_hundred_thousand_mutated_lines(tmp_path):
    """Cut, swapped, doubled and scrambled lines never end in a traceback."""
    rng = random.Random(5)
    lines = [line.encode() for line in _busy_log(35_000, rng)][:100_000]
    mutated = [_mutate(line, rng) for line in lines]
    path = tmp_path / "queue_log"
    path.write_bytes(b"".join(mutated))
    result = read_asterisk([path])
    made = result.intervals(900, threshold_s=20, short_s=5)
    assert (made[[str(outcome) for outcome in Outcome]].sum(axis=1) == made["offered"]).all()
    refused = result.issues[result.issues["kind"] == "malformed-line"]
    assert (refused["row"] > 0).all()
    assert refused["file"].str.endswith("queue_log").all()


def _mutate(line: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(line))
    fields = line.rstrip(b"\n").split(b"|")
    shuffled = rng.sample(fields, len(fields))
    ways = [
        line[:place] + bytes([rng.randrange(256)]) + line[place + 1 :],
        b"|".join(shuffled) + b"\n",
        line[:place] + b"\n",
        line * 2,
        line.replace(b"|", b"||", 1),
        line.rstrip(b"\n") + b"|" + rng.randbytes(20) + b"\n",
        line,
        line,
    ]
    return rng.choice(ways)


@settings(max_examples=25, deadline=None)
@given(text=st.binary(max_size=300))
def test_no_bytes_break_the_reader(tmp_path_factory, text):
    """Any bytes at all, alone and behind a good line, are read in instalments too."""
    path = tmp_path_factory.mktemp("fuzz") / "queue_log"
    path.write_bytes(b"1700000000|1.0|q|NONE|ENTERQUEUE||5|1\n" + text)
    result = read_asterisk([path])
    path.write_bytes(path.read_bytes() + b"\n1700000009|1.0|q|NONE|ABANDON|1|1|9\n")
    late = read_asterisk([path], AsteriskState.load(result.state.dump()))
    whole = read_asterisk([path])
    pd.testing.assert_frame_equal(late.visits, whole.visits)
