"""Callers' numbers are dropped; with a key they become hashes that tell who calls again."""

import pandas as pd
import pytest

from wfm.telephony import caller_hash, read_asterisk, read_connect, repeat_share
from wfm.telephony.callers import WITHHELD

KEY = b"sixteen bytes and more"


def test_a_hash_needs_a_key_and_a_number():
    """No key, no number, or a number that was struck out: nothing; a short key is refused."""
    assert caller_hash("2025550110", None) is None
    for number in (*WITHHELD, "000000", "+000"):
        assert caller_hash(number, KEY) is None
    with pytest.raises(ValueError, match="16 bytes"):
        caller_hash("2025550110", b"short")


def test_the_same_caller_has_the_same_hash():
    """However the number is written; another key gives another hash."""
    written = {caller_hash(text, KEY) for text in ("(202) 555-0110", "202.555.0110", "2025550110")}
    assert len(written) == 1
    assert written.isdisjoint({caller_hash("2025550110", KEY * 2), caller_hash("2025550111", KEY)})


def test_callers_of_the_recordings(shared):
    """As many hashes as numbers in the log; without a key none."""
    folder = shared / "data/telephony/asterisk_day"
    log = b"".join(path.read_bytes() for path in folder.glob("queue_log*")).decode()
    entries = [line.split("|") for line in log.splitlines() if "|ENTERQUEUE|" in line]
    numbers = {fields[6] for fields in entries} - WITHHELD
    visits = read_asterisk(list(folder.glob("queue_log*")), caller_key=KEY).visits
    assert visits["caller"].dropna().nunique() == len(numbers)
    assert (visits["caller"].notna() == visits["caller_known"]).all()
    assert read_asterisk(list(folder.glob("queue_log*"))).visits["caller"].isna().all()
    record = shared / "data/telephony/field/connect_contact_records.jsonl"
    assert read_connect([record], caller_key=KEY).visits["caller"].notna().any()


def test_how_many_call_again():
    """Three first calls, one of them within the day; a transferred call is no second one."""
    visits = pd.DataFrame(
        {
            "caller": ["a", "a", "a", "b", None],
            "first": [True, False, True, True, True],
            "entered": pd.to_datetime(
                [f"2026-03-{text}:00Z" for text in ("01T08", "01T09", "01T20", "03T08", "03T09")]
            ),
        }
    )
    assert repeat_share(visits) == pytest.approx(1 / 3)
    assert repeat_share(visits, within_s=3600) == 0
    assert repeat_share(visits[4:]) is None
