"""Calls refused at a queue's door, from call detail records: as the switch itself told."""

import gzip
import re

import pytest

from wfm.errors import InputError
from wfm.telephony import find_refused, read_asterisk


@pytest.mark.parametrize("name", ["asterisk_day", "asterisk_restart_dst", "asterisk_sip"])
def test_refusals_of_the_recordings(shared, name):
    """QueueExit events name the full and empty queues; the records of those calls are found."""
    folder = shared / "data/telephony" / name
    (path,) = folder.glob("ami.txt*")
    data = path.read_bytes()
    ami = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    told = {
        (block["Uniqueid"], block["Queue"])
        for text in ami.split("\n\n")
        if (block := dict(re.findall(r"^(\w+): (.*)$", text, re.MULTILINE))).get("Status")
        in {"FULL", "JOINEMPTY"}
        and block.get("UserEvent") == "QueueExit"
    }
    cdr = folder / "cdr_Master.csv"
    recorded = {pair for pair in told if f'"{pair[0]}"' in cdr.read_text()}
    visits = read_asterisk(list(folder.glob("queue_log*"))).visits
    issues = find_refused([cdr], visits, 900)
    assert issues["effect_contacts"].sum() == len(recorded)
    assert len(recorded) >= len(told) - 1
    assert set(issues["queue"]) == {queue for _, queue in recorded}
    assert set(issues["kind"]) <= {"refused-at-the-door"}
    assert find_refused([cdr], visits, 900, whole_from=2e9).empty


def test_records_that_are_none(shared, tmp_path):
    """Short rows are told by line; a file that is not there is refused."""
    visits = read_asterisk(list((shared / "data/telephony/asterisk_sip").glob("queue_log*"))).visits
    path = tmp_path / "Master.csv"
    path.write_text('"a","b"\n\n"' + '","' * 15 + 'nonsense"\n')
    issues = find_refused([path], visits, 900)
    assert issues[["row", "kind"]].values.tolist() == [
        [1, "malformed-record"],
        [3, "malformed-record"],
    ]
    with pytest.raises(InputError):
        find_refused([tmp_path / "absent"], visits, 900)
