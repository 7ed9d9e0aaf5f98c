"""Interval history from CSV and Excel: what is read, what is refused, what is let through."""

import gzip

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm import schema
from wfm.errors import InputError
from wfm.intervals import OpeningHours
from wfm.telephony import TOLERANCES, ImportOptions, read_csv

MORNING = """queue,start,offered
bank,2003-03-03T07:00,111
bank,2003-03-03T07:30,113
bank,2003-03-03T08:00,76
"""


def _offered(result) -> dict[str, int]:
    """Contacts by interval start, as text."""
    frame = result.frame
    return {
        start.strftime("%m-%dT%H:%M"): int(offered)
        for start, offered in zip(frame["interval_start"], frame["offered"], strict=True)
    }


def _kinds(result) -> list[str]:
    return sorted(result.issues["kind"])


def test_one_quiet_morning(bring_in):
    """Wall clock of New York becomes UTC and nothing is noted."""
    result = bring_in(MORNING)
    assert _offered(result) == {"03-03T12:00": 111, "03-03T12:30": 113, "03-03T13:00": 76}
    assert result.rows_read == 3
    assert result.issues.empty
    assert list(result.frame["interval_s"]) == [1800] * 3


def test_times_with_an_offset_are_taken_as_they_are(bring_in):
    """A Z or an offset beats the zone of the centre."""
    text = MORNING.replace("T07:00", "T12:00Z").replace("T07:30", "T13:30+01:00")
    assert list(_offered(bring_in(text))) == ["03-03T12:00", "03-03T12:30", "03-03T13:00"]


def test_finer_intervals_are_summed(bring_in):
    """Six five-minute rows make a half hour; the lone slot after closing is noted and left out."""
    rows = "".join(f"bank,2003-03-03T20:{minute:02},10\n" for minute in range(30, 60, 5))
    result = bring_in(f"queue,start,offered\n{rows}bank,2003-03-03T21:00,7\n")
    assert _offered(result) == {"03-04T01:30": 60}
    (issue,) = result.issues.to_dict("records")
    assert issue["kind"] == "incomplete-interval"
    assert issue["row"] == 8
    assert issue["effect_contacts"] == -7
    assert issue["interval_start"] == pd.Timestamp("2003-03-04T02:00Z")


def test_queue_by_option_and_unread_columns(bring_in):
    """A file of one queue needs no queue column; columns nobody reads are noted by name."""
    result = bring_in("start,offered,weather\n2024-01-02T07:00,5,rain\n", queue="sales")
    assert result.frame["queue"].tolist() == ["sales"]
    assert result.issues[["kind", "found"]].values.tolist() == [["column-ignored", "weather"]]


def test_round_trip_of_the_history_contract(bring_in):
    """What the import command writes comes back cell for cell."""
    times = pd.date_range("2024-11-03T00:00Z", periods=30, freq="30min")
    history = schema.check(
        pd.DataFrame(
            {
                "queue": "q",
                "interval_start": times,
                "interval_s": 1800,
                "offered": range(30),
                "answered": range(30),
                "talk_s": [k * 1.25 for k in range(30)],
            }
        ),
        schema.INTERVAL_HISTORY,
    )
    text = history.assign(
        interval_start=history["interval_start"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    ).to_csv(index=False)
    back = bring_in(text).frame
    pd.testing.assert_frame_equal(back, history)


def test_semicolons_decimal_commas_and_a_byte_order_mark(tmp_path):
    """A file as a European spreadsheet writes it, packed."""
    path = tmp_path / "calls.csv.gz"
    text = "\ufeffqueue;start;offered;answered;aht_s\n\nq;2024-01-02T07:00;5;4;100,5\n"
    path.write_bytes(gzip.compress(text.encode()))
    result = read_csv(path, ImportOptions("Europe/Berlin", 1800))
    assert result.frame["talk_s"].tolist() == [402.0]


# -- bad input ------------------------------------------------------------------------------------


def test_missing_columns_are_all_named(refused):
    """Queue, time and contacts missing: three lines, each with what to do."""
    problems = refused("when,calls\n2024-01-02T07:00,5\n")
    assert [(p.row, p.column, p.what) for p in problems] == [
        (1, "queue", "missing column"),
        (1, "start", "missing column"),
        (1, "offered", "missing column"),
    ]
    assert "--queue" in problems[0].fix


def test_unknown_zone_does_not_hide_the_rest(refused):
    """The zone and a bad cell are told together."""
    problems = refused(MORNING.replace("113", "many"), "Europe/Atlantis")
    assert [(p.row, p.column, p.found) for p in problems] == [
        (3, "offered", "many"),
        (0, "timezone", "Europe/Atlantis"),
    ]


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("x7", "is not a whole number"),
        ("1.5", "is not a whole number"),
        ("inf", "is not a whole number"),
        ("-3", "is negative"),
        ("", "is empty"),
    ],
)
def test_bad_counts(refused, cell, what):
    """Text, fractions, negative and empty counts are refused by row and column."""
    (problem,) = refused(MORNING.replace("113", cell))
    assert (problem.row, problem.column, problem.what, problem.found) == (3, "offered", what, cell)
    assert problem.file.endswith(("calls.csv", "calls.xlsx"))


@pytest.mark.parametrize(
    "cell", ["7 o'clock", "now", "2003", "03/03/2003 07:30", "2003-02-30T07:30"]
)
def test_bad_times(refused, cell):
    """Only whole ISO 8601 times are read, and no gap is made of a row that was refused."""
    (problem,) = refused(MORNING.replace("2003-03-03T07:30", cell))
    assert (problem.row, problem.column, problem.what) == (3, "start", "is not a time")


def test_a_year_that_no_centre_has(refused):
    """A typing slip of a century is a problem, not a hundred years of gaps."""
    (problem,) = refused(MORNING.replace("2003-03-03T08:00", "1003-03-03T08:00"))
    assert (problem.row, problem.column, problem.what) == (
        4,
        "start",
        "is not between 1990 and 2100",
    )


def test_empty_queue_name(refused):
    """A row of no queue belongs nowhere."""
    (problem,) = refused(MORNING.replace("bank,2003-03-03T08:00", ",2003-03-03T08:00"))
    assert (problem.row, problem.column, problem.what) == (4, "queue", "is empty")


def test_duplicates(bring_in, refused):
    """Equal copies are harmless and noted; copies that differ are refused."""
    copy = "bank,2003-03-03T07:30,113\n"
    same = bring_in(MORNING.replace(copy, copy * 2))
    assert same.frame["offered"].sum() == 300
    assert same.issues[["kind", "row"]].values.tolist() == [["duplicate", 4]]
    (problem,) = refused(MORNING.replace(copy, copy + copy.replace("113", "114")))
    assert problem.row == 4
    assert "also in line 3" in problem.found


def test_unsorted_rows(bring_in, refused):
    """Rows that run backwards are refused, or put in order on request."""
    text = "queue,start,offered\nq,2024-01-02T08:00,3\nq,2024-01-02T07:00,1\nq,2024-01-02T07:30,2\n"
    (problem,) = refused(text)
    assert (problem.row, problem.column) == (3, "start")
    assert "--accept unsorted" in problem.fix
    result = bring_in(text, accept=["unsorted"])
    assert result.frame["offered"].tolist() == [1, 2, 3]
    assert _kinds(result) == ["unsorted"]


def test_queues_may_take_turns_or_follow_one_another(bring_in):
    """Order is judged inside each queue only."""
    by_time = "queue,start,offered\na,2024-01-02T07:00,1\nb,2024-01-02T07:00,2\n"
    more = "a,2024-01-02T07:30,3\nb,2024-01-02T07:30,4\n"
    assert bring_in(by_time + more).issues.empty


def test_gap_inside_a_day(bring_in, refused):
    """A missing half hour is refused, left out or counted as zero, as the user says."""
    text = MORNING.replace("bank,2003-03-03T07:30,113\n", "") + "bank,2003-03-03T08:30,1\n"
    text += "bank,2003-03-03T09:00,1\n"
    (problem,) = refused(text)
    assert (problem.row, problem.column) == (3, "start")
    assert problem.found == "1 from 2003-03-03T07:30-05:00"
    assert problem.fix == "add the rows or import with --accept gaps"
    left_out = bring_in(text, accept=["gaps"])
    assert len(left_out.frame) == 4
    assert left_out.issues["effect_contacts"].isna().tolist() == [True]
    zero = bring_in(text, accept=["gaps-as-zero"])
    assert _offered(zero)["03-03T12:30"] == 0
    assert _kinds(zero) == ["gaps-as-zero"]


def test_gap_in_a_finer_file_takes_its_interval_out(bring_in):
    """A half hour with one five-minute part missing would be too low."""
    minutes = [m for m in range(0, 60, 5) if m != 40]
    rows = "".join(f"q,2024-01-02T07:{m:02},10\n" for m in minutes)
    result = bring_in("queue,start,offered\n" + rows, accept=["gaps"])
    assert result.frame["offered"].tolist() == [60]
    assert _kinds(result) == ["gaps", "incomplete-interval"]
    assert result.issues["effect_contacts"].sum() == -50


OPEN = {"q": OpeningHours((((25200, 30600),),) * 5 + ((), ()))}


def test_gap_at_the_edge_of_an_open_day(bring_in, refused):
    """Known hours show what is missing at the edges, except where the file begins or ends."""
    days = {
        "2024-01-02": ["07:30", "08:00"],
        "2024-01-03": ["07:30"],
        "2024-01-05": ["07:00", "07:30"],
    }
    rows = [f"q,{day}T{clock},1\n" for day, clocks in days.items() for clock in clocks]
    text = "queue,start,offered\n" + "".join(rows)
    problems = refused(text, opening=OPEN)
    assert [(p.row, p.found) for p in problems] == [
        (4, "1 from 2024-01-03T07:00-05:00"),
        (5, "1 from 2024-01-03T08:00-05:00"),
    ]
    result = bring_in(text, accept=["gaps"], opening=OPEN)
    missing_day = result.issues[result.issues["kind"] == "missing-day"]
    assert missing_day["found"].tolist() == ["2024-01-04"]


def test_closing_inside_an_interval(bring_in):
    """With known hours an interval is whole when all its open parts are there."""
    hours = {"q": OpeningHours((((25200, 28800 + 600),),) * 7)}
    clocks = [f"07:{m:02}" for m in range(0, 60, 5)] + ["08:00", "08:05"]
    rows = "".join(f"q,2024-01-02T{clock},1\n" for clock in clocks)
    text = "queue,start,offered\n" + rows
    assert _offered(bring_in(text, opening=hours)) == {
        "01-02T12:00": 6,
        "01-02T12:30": 6,
        "01-02T13:00": 2,
    }
    assert len(bring_in(text).frame) == 2


def test_excel_serial_dates(bring_in, refused):
    """37683.29167 is 2003-03-03 07:00 for those who accept it."""
    text = "queue,start,offered\nq,37683.29167,5\nq,37683.3125,6\nq,37683.33333,7\n"
    problems = refused(text)
    assert [(p.row, p.what) for p in problems] == [
        (row, "is an Excel serial date") for row in (2, 3, 4)
    ]
    assert all("--accept serial-dates" in p.fix for p in problems)
    result = bring_in(text, accept=["serial-dates"])
    assert list(_offered(result)) == ["03-03T12:00", "03-03T12:30", "03-03T13:00"]
    assert _kinds(result) == ["serial-dates"]


AUTUMN = "queue,start,offered\n" + "".join(
    f"q,2024-11-03T{clock},{n}\n"
    for n, clock in enumerate(["00:30", "01:00", "01:30", "01:00", "01:30", "02:00"])
)


def test_autumn_hour_twice(bring_in, refused):
    """Both copies are refused by line, or read one after the other."""
    problems = refused(AUTUMN)
    assert [p.row for p in problems] == [3, 4, 5, 6]
    assert all("--accept repeated-hour" in p.fix for p in problems)
    result = bring_in(AUTUMN, accept=["repeated-hour"])
    assert _offered(result) == {
        "11-03T04:30": 0,
        "11-03T05:00": 1,
        "11-03T05:30": 2,
        "11-03T06:00": 3,
        "11-03T06:30": 4,
        "11-03T07:00": 5,
    }
    assert _kinds(result) == ["repeated-hour"] * 4


def test_autumn_hour_once(bring_in):
    """A single copy is the earlier hour, and the later one is no gap."""
    lines = AUTUMN.splitlines(keepends=True)
    result = bring_in("".join(lines[:4] + lines[6:]), accept=["repeated-hour"])
    assert list(_offered(result)) == ["11-03T04:30", "11-03T05:00", "11-03T05:30", "11-03T07:00"]


def test_autumn_in_a_zone_that_calls_winter_the_exception(bring_in):
    """Dublin's zone data count winter as the saving time; the first copy is still the earlier."""
    text = "queue,start,offered\n" + "".join(
        f"q,2024-10-27T{clock},1\n"
        for clock in ["00:30", "01:00", "01:30", "01:00", "01:30", "02:00"]
    )
    result = bring_in(text, "Europe/Dublin", accept=["repeated-hour"])
    steps = result.frame["interval_start"].diff().dropna().dt.total_seconds()
    assert steps.tolist() == [1800.0] * 5


def test_spring_hour(bring_in, refused):
    """A time that the clock skips is refused, or dropped with its contacts on record."""
    text = "queue,start,offered\n" + "".join(
        f"q,2024-03-10T{clock},{n}\n"
        for n, clock in enumerate(["01:00", "01:30", "02:00", "02:30", "03:00"])
    )
    problems = refused(text)
    assert [p.row for p in problems] == [4, 5]
    assert all("--accept skipped-hour" in p.fix for p in problems)
    result = bring_in(text, accept=["skipped-hour"])
    assert list(_offered(result)) == ["03-10T06:00", "03-10T06:30", "03-10T07:00"]
    assert result.issues["effect_contacts"].tolist() == [-2, -3]


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Madrid"])
def test_both_clock_changes_keep_their_hours(bring_in, zone):
    """Spring has 92 quarter hours and autumn 100, and no contact is lost."""
    for day, count in (
        (("03-10", 92), ("11-03", 100))
        if "New" in zone
        else (
            ("03-31", 92),
            ("10-27", 100),
        )
    ):
        start = pd.Timestamp(f"2024-{day}", tz=zone)
        times = pd.date_range(start, start + pd.DateOffset(days=1), freq="5min", inclusive="left")
        clocks = times.strftime("%Y-%m-%dT%H:%M")
        text = "queue,start,offered\n" + "".join(f"q,{clock},2\n" for clock in clocks)
        result = bring_in(text, zone, 900, accept=["repeated-hour"])
        assert len(result.frame) == count
        assert set(result.frame["offered"]) == {6}


def test_hours_in_a_zone_half_an_hour_off(bring_in):
    """Hours are counted from local midnight: in Kolkata they start at half past in UTC."""
    text = "queue,start,offered\nq,2024-01-02T07:00,1\nq,2024-01-02T07:30,2\n"
    assert _offered(bring_in(text, "Asia/Kolkata", 3600)) == {"01-02T01:30": 3}


def test_wrong_grid(refused):
    """Hours cannot be cut into half hours, and a stray time is told by its line."""
    hours = "".join(f"q,2024-01-02T{h:02}:00,1\n" for h in range(7, 12))
    (coarse,) = refused("queue,start,offered\n" + hours)
    assert coarse.what == "intervals of 60 min cannot make intervals of 30 min"
    (stray, gap) = refused(
        "queue,start,offered\n" + hours.replace("09:00", "09:07"), interval_s=3600
    )
    assert (stray.row, stray.found) == (4, "2024-01-02T09:07-05:00")
    assert gap.what == "intervals missing before this row"


def test_every_problem_of_a_file_at_once(refused):
    """Problems of different kinds come together, in the order of the lines."""
    problems = refused(
        "queue,start,offered\n"
        "q,2024-01-02T07:00,5\n"
        "q,2024-01-02T07:00,6\n"
        "q,yesterday,7\n"
        "q,2024-01-02T08:00,-1\n"
        "q,2024-01-02T09:00,x\n"
        "q,2024-01-02T08:30,4\n"
        "q,2024-01-02T10:30,4\n"
    )
    assert [p.row for p in problems] == [3, 4, 5, 6, 7, 8]


def test_empty_files(refused, tmp_path):
    """No bytes, or a header alone, is refused with a word on what to write."""
    (problem,) = refused("queue,start,offered\n")
    assert problem.what == "the file has a header but no rows"
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    with pytest.raises(InputError, match=r"empty\.csv: the file is empty"):
        read_csv(empty, ImportOptions("UTC", 1800))


def test_a_column_twice(refused):
    """Two columns of one name leave open which is meant."""
    (problem,) = refused("queue,start,offered,offered\nq,2024-01-02T07:00,5,6\n")
    assert (problem.column, problem.what) == ("offered", "the column stands twice")


def test_more_than_ten_of_a_kind_are_counted(refused):
    """A whole column of text gives ten lines and the number of the others."""
    rows = "".join(f"q,2024-01-{d:02}T{h:02}:00,x\n" for d in range(1, 6) for h in range(24))
    problems = refused("queue,start,offered\n" + rows, interval_s=3600)
    assert len(problems) == 11
    assert problems[-1].what == "is not a whole number: 110 more like this"


def test_options_refuse_nonsense():
    """Intervals that do not divide a day and unknown tolerances are refused by name."""
    with pytest.raises(ValueError, match="divide a day"):
        ImportOptions("UTC", 420)
    with pytest.raises(ValueError, match="everything"):
        ImportOptions("UTC", 1800, accept=frozenset({"everything"}))


# -- properties -----------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    text=st.text(
        st.sampled_from('queue,start;offered\n"\t2024-01-T:0759Z+- \ufeff\x00é'), max_size=200
    )
)
def test_no_text_breaks_the_reader(tmp_path_factory, text):
    """Whatever a CSV file holds, it is read or refused with problems."""
    path = tmp_path_factory.mktemp("fuzz") / "calls.csv"
    path.write_bytes(("queue,start,offered\nq,2024-01-02T07:00,1\n" + text).encode())
    try:
        read = len(read_csv(path, ImportOptions("Europe/Berlin", 1800)).frame)
    except InputError as error:
        read = len(error.problems)
    assert read >= 1


@settings(max_examples=10, deadline=None)
@given(
    offered=st.lists(st.integers(0, 500), min_size=48, max_size=48),
    cut=st.integers(1, 47),
)
def test_a_file_in_two_halves_is_the_whole_file(tmp_path_factory, offered, cut):
    """Half-hour rows do not care which file they came in."""
    folder = tmp_path_factory.mktemp("halves")
    times = pd.date_range("2024-01-02", periods=48, freq="30min").strftime("%Y-%m-%dT%H:%M")
    lines = [f"q,{time},{count}\n" for time, count in zip(times, offered, strict=True)]
    frames = []
    for name, part in (("all", lines), ("one", lines[:cut]), ("two", lines[cut:])):
        path = folder / f"{name}.csv"
        path.write_text("queue,start,offered\n" + "".join(part))
        frames.append(read_csv(path, ImportOptions("America/New_York", 1800)).frame)
    both = pd.concat(frames[1:], ignore_index=True)
    pd.testing.assert_frame_equal(both, frames[0])


# -- real data ------------------------------------------------------------------------------------


def test_real_bank_calls(shared):
    """Five-minute calls of a bank: 28 half hours a day, the slot after closing left out."""
    path = shared / "data/calls/bank_calls_5min_dev.csv.gz"
    result = read_csv(path, ImportOptions("America/New_York", 1800))
    raw = pd.read_csv(path)
    late = raw["start"].str.endswith("21:00")
    assert result.frame["offered"].sum() == raw.loc[~late, "offered"].sum()
    assert -result.issues["effect_contacts"].sum() == raw.loc[late, "offered"].sum()
    assert len(result.frame) == 28 * late.sum()


def test_tolerances_say_what_they_do():
    """Every tolerance has a sentence for the help text."""
    assert all(len(text.split()) > 3 for text in TOLERANCES.values())


@pytest.mark.parametrize("accept", [(), ("repeated-hour", "gaps")])
def test_a_file_of_nothing_but_the_doubled_hour(bring_in, refused, accept):
    """Two copies of one half hour: the question is which is meant, not how long they are."""
    text = "queue,start,offered\nbank,2024-11-03T01:30,1\nbank,2024-11-03T01:30,2\n"
    if not accept:
        found = refused(text)
        assert {problem.what for problem in found} == {
            "the clock of America/New_York shows this time twice"
        }
        return
    made = bring_in(text, accept=accept).frame
    assert made["interval_start"].dt.strftime("%H:%M").tolist() == ["05:30", "06:30"]
    assert made["offered"].tolist() == [1, 2]
    assert set(made["interval_s"]) == {1800}
