"""FreeSWITCH call detail records against the events of the same run."""

import pytest

from wfm.telephony import read_freeswitch, read_freeswitch_cdr

GOOD = (
    '"2025550101","support","1795318366","1795318366","1795318377","11","11","NORMAL_CLEARING",'
    '"u1","member","support@test","m1","1795318366","1795318368","","","answered","","1001@test",'
    '"true"\n'
)


@pytest.fixture
def folder(shared):
    """The recorded run."""
    return shared / "data/telephony/freeswitch_callcenter"


def test_the_records_tell_what_the_events_told(folder):
    """All but the first queues of three calls through two; waits but the resumed caller's."""
    by_events = read_freeswitch([folder / "events.txt.gz"]).visits
    by_records = read_freeswitch_cdr([folder / "cdr_Master.csv"]).visits
    both = by_events.merge(
        by_records, on=["call", "entered"], how="left", suffixes=("", "_r"), indicator=True
    )
    missing = both["_merge"] == "left_only"
    assert missing.sum() == 3
    again = ~by_events["first"].astype(bool)
    assert again.sum() == missing.sum() + 1
    there = both[~missing]
    for name in ("queue", "outcome", "talk_s", "connected", "closed"):
        same = (there[name] == there[f"{name}_r"]) | (
            there[name].isna() & there[f"{name}_r"].isna()
        )
        assert same.all(), name
    other_wait = there[there["wait_s"] != there["wait_s_r"]]
    assert other_wait[["wait_s", "wait_s_r"]].values.tolist() == [[27.0, 19.0]]
    assert other_wait["call"].isin(by_events.loc[by_events["call"].duplicated(), "call"]).all()


def test_twice_is_once(folder):
    """A record that stands in two files counts once."""
    path = folder / "cdr_Master.csv"
    assert len(read_freeswitch_cdr([path, path]).visits) == 71


def test_the_race_is_won_by_the_agent(folder):
    """Cancelled for a time-out, yet bridged: answered."""
    visits = read_freeswitch_cdr([folder / "cdr_Master.csv"]).visits
    raced = visits[visits["call"] == "f0870be7-95cc-40eb-930d-3ff447eccebb"]
    assert raced[["outcome", "wait_s", "talk_s"]].values.tolist() == [["answered", 46, 11]]


def test_no_caller_s_number_anywhere(folder):
    """The first column goes nowhere."""
    result = read_freeswitch_cdr([folder / "cdr_Master.csv"])
    assert "20255501" not in result.visits.to_csv() + result.agents.to_csv()


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ('"1795318368"', '"soon"', "malformed-record"),
        (',"true"', "", "malformed-record"),
        ('"member"', '"agent"', None),
        ('"support@test"', '""', None),
    ],
)
def test_other_records(tmp_path, old, new, kind):
    """Records that make no sense are issues with their line; other legs are passed over."""
    path = tmp_path / "cdr.csv"
    path.write_text(GOOD.replace("u1", "u2") + GOOD.replace(old, new))
    result = read_freeswitch_cdr([path])
    assert len(result.visits) == 1
    assert result.issues[["kind", "row"]].values.tolist() == ([[kind, 2]] if kind else [])
