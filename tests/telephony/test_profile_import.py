"""Interval exports of other switches by profile, and the guess which profile a file needs."""

import pytest

from wfm.errors import InputError
from wfm.telephony import ImportOptions, guess_profiles, load_profile, read_profile

NEW_YORK = ImportOptions("America/New_York", 1800)

SAMPLES = {
    "teleopti": (
        "15;20240102;07:00;7;Sales, north;10;2;1;1;10;100;30;1000;200;50;30;5;9;400;1;0\n"
        "15;20240102;07:15;7;Sales, north;3;0;0;0;3;10;0;300;60;5;0;5;3;600;0;0\n"
    ),
    "genesys-import": (
        "Interval Start UTC Date,Queue,Media Type,Skill Set,Language,Offered,"
        "Interactions Handled,Total Handle Time (Seconds)\n"
        '2024-01-02T12:00:00Z,"Sales, north",voice,a|||b,en,12,10,1200\n'
        '2024-01-02T12:15:00Z,"Sales, north",voice,,en,3,3,360\n'
    ),
    "avaya-cms": (
        "ROW_DATE,STARTTIME,INTRVL,SPLIT,CALLSOFFERED,ACDCALLS,ABNCALLS,OUTFLOWCALLS,ACCEPTABLE,"
        "ANSTIME,ABNTIME,ACDTIME,HOLDACDTIME,ACWTIME\n"
        '2024-01-02,700,15,"Sales, north",12,10,1,1,9,100,30,900,100,200\n'
        '2024-01-02,715,15,"Sales, north",3,3,0,0,3,10,0,300,0,60\n'
    ),
    "cisco-uccx": (
        "CSQ Name,Interval Start Time,Calls Presented,Calls Handled,Calls Abandoned,"
        "Calls Dequeued,Avg Handle Time\n"
        '"Sales, north",01/02/2024 07:00:00 AM,12,10,1,1,00:02:00\n'
        '"Sales, north",01/02/2024 07:15:00 AM,3,3,0,0,00:02:00\n'
    ),
    "five9": (
        "DATE,HALF HOUR,SKILL,CALLS,CALLS HANDLED,ABANDONED,HANDLE TIME\n"
        '2024/01/02,07:00,"Sales, north",15,13,1,00:26:00\n'
    ),
    "liveagent": "Date,Hour,Department,Calls,Answered calls,Missed calls\n2024-01-02,7,s,15,13,1\n",
    "voiptime": (
        "Queue;Interval start;Total calls;Answered;Lost;Talk time\n"
        "Sales, north;02.01.2024 07:00;15;13;1;26:00\n"
    ),
    "eleveo": (
        "Interval Start,Queue,Offered,Handled,Abandoned,AHT\n"
        '2024-01-02T12:00:00Z,"Sales, north",12,10,1,120\n'
        '2024-01-02T12:15:00Z,"Sales, north",3,3,0,120\n'
    ),
}


@pytest.fixture
def written(tmp_path):
    """A file of the given text."""

    def write(text: str):
        path = tmp_path / "export.csv"
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - {"liveagent"}))
def test_the_same_half_hour_from_every_layout(written, name):
    """15 offered, 13 answered in 1560 s, whatever the columns, units and clock."""
    result = read_profile(written(SAMPLES[name]), load_profile(name), NEW_YORK)
    (row,) = result.frame.to_dict("records")
    assert row["queue"] == "Sales, north"
    assert row["interval_start"].isoformat() == "2024-01-02T12:00:00+00:00"
    assert (row["offered"], row["answered"], row["talk_s"]) == (15, 13, 1560.0)


def test_a_report_by_hour(written):
    """Plain hours are hours, and an hour makes no half hour."""
    path, profile = written(SAMPLES["liveagent"]), load_profile("liveagent")
    assert len(read_profile(path, profile, ImportOptions("America/New_York", 3600)).frame) == 1


@pytest.mark.parametrize("name", SAMPLES)
def test_guesses(written, name):
    """The profile of each layout comes first, with the rows it would make."""
    best = guess_profiles(written(SAMPLES[name]), NEW_YORK)[0]
    assert best.profile.name == name
    assert best.found == 1.0
    assert best.first_rows["offered"].tolist() == [15]


def test_no_guess(written):
    """A file of nothing we know has no profile."""
    assert guess_profiles(written("a,b\n1,2\n"), NEW_YORK) == []


def test_midnight_as_a_small_number(written):
    """STARTTIME 30 is half past midnight."""
    text = SAMPLES["avaya-cms"].splitlines()
    rows = [text[1].replace(",700,", ",0,"), text[2].replace(",715,", ",30,")]
    path = written("\n".join([text[0], *[row.replace(",15,", ",30,") for row in rows]]))
    made = read_profile(path, load_profile("avaya-cms"), NEW_YORK).frame
    assert made["interval_start"].dt.strftime("%H:%M").tolist() == ["05:00", "05:30"]


def test_cells_that_mean_not_known(written):
    """N/A is an empty figure, not text in a number."""
    path = written(SAMPLES["cisco-uccx"].replace("00:02:00", "N/A"))
    made = read_profile(path, load_profile("cisco-uccx"), NEW_YORK).frame
    assert made["talk_s"].isna().all()


def test_numbers_as_names(written):
    """Queue 0012 keeps its noughts in a file with decimal commas."""
    path = written(SAMPLES["voiptime"].replace("Sales, north", "0012"))
    assert read_profile(path, load_profile("voiptime"), NEW_YORK).frame["queue"].tolist() == [
        "0012"
    ]


def test_bad_cells_are_told_by_line(written):
    """Text in a sum and a bad clock are refused as they stood."""
    text = SAMPLES["teleopti"].replace(";10;2;", ";ten;2;", 1).replace(";07:15;", ";07:75;")
    with pytest.raises(InputError) as caught:
        read_profile(written(text), load_profile("teleopti"), NEW_YORK)
    assert [(p.row, p.column, p.found) for p in caught.value.problems] == [
        (1, "offered", "ten"),
        (2, "start", "20240102 07:75"),
    ]


def test_the_wrong_profile(written):
    """Columns that are not there are told in wfm's words."""
    with pytest.raises(InputError, match="offered: missing column"):
        read_profile(written(SAMPLES["five9"]), load_profile("avaya-cms"), NEW_YORK)
