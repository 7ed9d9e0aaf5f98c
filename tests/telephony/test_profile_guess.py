"""A profile for an export that nobody has described: guessed, written down, read back."""

import pytest

from wfm.errors import InputError
from wfm.telephony import (
    ImportOptions,
    load_profile,
    profile_names,
    profile_text,
    propose_profile,
    read_profile,
)

BERLIN = ImportOptions("Europe/Berlin", 1800, queue="s")

STRANGE = {
    "German, semicolons": (
        "Datum;Uhrzeit;Gruppe;Angebotene Anrufe;Angenommene Anrufe;Verlorene Anrufe;Gesprächszeit\n"
        "13.01.2024;08:00;s;12;10;2;00:30:00\n13.01.2024;08:30;s;14;13;1;00:39:00\n"
    ),
    "American clock, mean handle time": (
        "Date,Interval,Skill Name,Calls Offered,Calls Answered,Calls Abandoned,AHT,SL %\n"
        "1/13/2024,8:00 AM,s,12,10,2,0:03:00,80%\n1/13/2024,8:30 AM,s,14,13,1,0:03:00,90%\n"
    ),
    "UTC, pipes, milliseconds": (
        "interval_start_utc|queue_name|contacts_received|contacts_handled|contacts_abandoned|"
        "handle_time_ms\n"
        "2024-01-13T07:00:00|s|12|10|2|1800000\n2024-01-13T07:30:00|s|14|13|1|2340000\n"
    ),
    "HHMM integers, minutes, no queue": (
        "Start Date,Start Time,Total Calls,Answered,Lost,Handle Time (min)\n"
        "2024-01-13,800,12,10,2,30\n2024-01-13,830,14,13,1,39\n"
    ),
}


@pytest.fixture
def export(tmp_path):
    """A file of the given text."""

    def write(text: str):
        path = tmp_path / "export.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_strange_exports(export, tmp_path, text):
    """The written profile reads the same half hours: 12 and 14 offered, 180 s each answered."""
    path = export(text)
    proposal = propose_profile(path, BERLIN)
    assert not proposal.shipped
    own = tmp_path / "own.toml"
    own.write_text(profile_text(proposal.guess.profile, proposal.doubts), encoding="utf-8")
    made = read_profile(path, load_profile(own), BERLIN).frame
    assert made["queue"].tolist() == ["s", "s"]
    assert made["interval_start"].dt.strftime("%d %H:%M").tolist() == ["13 07:00", "13 07:30"]
    columns = ["offered", "answered", "abandoned", "talk_s"]
    assert made[columns].values.tolist() == [[12, 10, 2, 1800], [14, 13, 1, 2340]]


def test_no_header(export):
    """Times, a queue and a count are found by their looks, and said to be a guess."""
    proposal = propose_profile(
        export("s,2024-01-13 08:00,12,10\ns,2024-01-13 08:30,14,13\n"), BERLIN
    )
    assert proposal.guess.first_rows["offered"].tolist() == [12, 14]
    assert "a guess by place" in proposal.doubts[0]


def test_day_or_month(export):
    """Where both readings fit, the profile says so."""
    text = "Date,Time,Queue,Calls\n2/1/2024,08:00,s,1\n2/1/2024,08:30,s,1\n"
    assert "other way round" in propose_profile(export(text), BERLIN).doubts[0]
    assert propose_profile(export(text.replace("2/1", "2/13")), BERLIN).doubts == ()


def test_a_shipped_layout(export):
    """A known export is known, and an unverified layout says so."""
    text = "DATE,HALF HOUR,SKILL,CALLS,CALLS HANDLED,ABANDONED,HANDLE TIME\n"
    proposal = propose_profile(export(text + "2024/01/02,07:00,s,15,13,1,00:26:00\n"), BERLIN)
    assert (proposal.shipped, proposal.guess.profile.name) == (True, "five9")
    assert "not verified" in proposal.doubts[0]


def test_nothing_to_guess(export):
    """No time and no contacts: both are told at once, with the columns there are."""
    with pytest.raises(InputError) as caught:
        propose_profile(export("name,age\nBob,7\n"), BERLIN)
    assert [problem.what.split(" was")[0] for problem in caught.value.problems] == [
        "no column of times",
        "no column of contacts offered",
    ]


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_as_text(tmp_path, name):
    """Every shipped profile survives being written down and read back."""
    path = tmp_path / f"{name}.toml"
    profile = load_profile(name)
    path.write_text(profile_text(profile, ["a note"]), encoding="utf-8")
    assert load_profile(path) == profile
