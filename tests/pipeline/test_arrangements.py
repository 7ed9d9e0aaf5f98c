"""availability.csv, fixed.csv, offphone.csv and wishes of every week: read whole, or refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from wfm.config import load
from wfm.domain import WishKind
from wfm.errors import InputError
from wfm.pipeline.people import People, read_people
from wfm.work_rules import Availability, FixedShift, OffPhone

ROOT = Path(__file__).resolve().parents[2]
CONFIG = load(ROOT / "data" / "wfm.toml")
H = 3600
DAY = dt.date(2003, 8, 12)
AGENTS = """\
agent,name,team,contract,skills
7,Ada,Blue,full-time,bank
8,Ben,Red,part-time,bank
9,Cy,Red,part-time,bank
"""


def read(folder: Path, **files: str) -> People:
    """People of a folder with these files."""
    (folder / "agents.csv").write_text(AGENTS, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_people(folder / "agents.csv", CONFIG)


def test_each_file_becomes_what_it_says(tmp_path: Path) -> None:
    """Weekdays unfold, an end before its start is on the next day, teams become their people."""
    people = read(
        tmp_path,
        availability="agent,days,from,to,first,last\n7,mon-tue,08:00,14:00,2003-08-01,\n"
        "8,sat,22:00,06:00,,\n",
        fixed="agent,date,start,end\n7,2003-08-12,08:00,16:30\n8,2003-08-12,22:00,06:00\n",
        offphone="activity,who,length,earliest,latest,together,from,to\n"
        "training,team:Red,2h,2003-08-11,2003-08-15,yes,09:00,12:00\n"
        "coaching,7;8,30m,2003-08-11,2003-08-12,,,\n"
        "news,all,15m,2003-08-11,2003-08-11,no,,\n",
    )
    given = people.arranged
    first = dt.date(2003, 8, 1)
    assert given.availability == (
        Availability("7", 0, 8 * H, 14 * H, first),
        Availability("7", 1, 8 * H, 14 * H, first),
        Availability("8", 5, 22 * H, 30 * H),
    )
    assert given.fixed == (
        FixedShift("7", DAY, 8 * H, 16 * H + 1800),
        FixedShift("8", DAY, 22 * H, 30 * H),
    )
    span = (dt.date(2003, 8, 11), dt.date(2003, 8, 15))
    assert given.offphone[0] == OffPhone("training", ("8", "9"), 2 * H, *span, True, 9 * H, 12 * H)
    assert given.offphone[1].agents == ("7", "8")
    assert given.offphone[2].agents == ("7", "8", "9")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("availability", "agent,days,from,to\n5,mon,08:00,14:00\n", "nobody has this staff number"),
        ("availability", "agent,days,from,to\n7,xyz,08:00,14:00\n", "write weekdays like mon-fri"),
        ("availability", "agent,days,from,to\n7,mon,8,14:00\n", "write a time of day"),
        ("fixed", "agent,date,start,end\n7,12.8.2003,08:00,14:00\n", "is not a date"),
        ("offphone", "activity,who,length,earliest,latest\nx,7,1h,2003-08-12,2003-08-11\n", "swap"),
        ("offphone", "activity,who,length,earliest,latest\nx,team:Q,1h,2003-08-11,2003-08-11\n",
         "nobody is in this team"),
        ("offphone", "activity,who,length,earliest,latest\nwork,7,1h,2003-08-11,2003-08-11\n",
         "is what the contacts are"),
        ("offphone", "activity,who,length,earliest,latest,from,to\n"
         "x,7,2h,2003-08-11,2003-08-11,09:00,10:00\n", "leaves no room"),
        ("wishes", "agent,date,wish,time\n7,mon-fri,length,8:00\n", "is not a length"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    """File, line and what to do."""
    with pytest.raises(InputError) as refused:
        read(tmp_path, **{name: text})
    assert told in str(refused.value)
    assert f"{name}.csv:2" in str(refused.value)


def test_a_wish_of_every_week_gives_way_to_one_for_the_date(tmp_path: Path) -> None:
    """Ada wants to start at eight on weekdays, on the twelfth at ten."""
    people = read(
        tmp_path,
        wishes="agent,date,wish,time,weight\n7,mon-fri,start,08:00,2\n7,2003-08-12,start,10:00,\n"
        "8,sat,day_on,,\n8,sun,length,6h,\n",
    )
    week = people.serving({"bank"}, dt.date(2003, 8, 11), dt.date(2003, 8, 17)).wishes
    mine = {wish.day.day: wish.clock_s for wish in week if wish.agent == "7"}
    assert mine == {11: 8 * H, 12: 10 * H, 13: 8 * H, 14: 8 * H, 15: 8 * H}
    kinds = {(wish.day.day, wish.kind, wish.clock_s) for wish in week if wish.agent == "8"}
    assert kinds == {(16, WishKind.DAY_ON, 0), (17, WishKind.LENGTH, 6 * H)}
