"""agents.csv, leave.csv and wishes.csv: read whole, or refused whole."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from wfm.config import load
from wfm.domain import WishKind
from wfm.errors import InputError
from wfm.pipeline.people import read_people

ROOT = Path(__file__).resolve().parents[2]
CONFIG = load(ROOT / "data" / "wfm.toml")

AGENTS = """\
agent,name,team,contract,skills,start_date
7,Ada,Blue,full-time,bank,2000-01-01
8,Ben,Red,part-time,bank,
"""


def folder(tmp_path: Path, agents: str = AGENTS, **files: str) -> Path:
    """Folder with agents.csv and the named others; gives the path of agents.csv."""
    (tmp_path / "agents.csv").write_text(agents, encoding="utf-8")
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path / "agents.csv"


def messages(path: Path) -> list[str]:
    """Problems of files that must be refused."""
    with pytest.raises(InputError) as refused:
        read_people(path, CONFIG)
    return [str(problem) for problem in refused.value.problems]


def test_people_with_leave_and_wishes(tmp_path: Path) -> None:
    """A span of leave becomes its days, a wish its kind and time."""
    path = folder(
        tmp_path,
        leave="agent,from,to,code\n7,2003-08-11,2003-08-13,AL\n",
        wishes="agent,date,wish,time,weight\n8,2003-08-12,latest_end,17:00,2\n",
    )
    people = read_people(path, CONFIG)
    assert [agent.name for agent in people.agents] == ["Ada", "Ben"]
    assert people.agents[1].start_date is None
    assert [item.day for item in people.leave] == [dt.date(2003, 8, 11 + k) for k in range(3)]
    wish = people.wishes[0]
    assert (wish.kind, wish.clock_s, wish.weight) == (WishKind.LATEST_END, 17 * 3600, 2.0)


def test_the_shipped_staff_is_good() -> None:
    """The example's 312 people are read without a problem."""
    people = read_people(ROOT / "data" / "agents.csv", CONFIG)
    assert len(people.agents) == 312
    assert {agent.contract for agent in people.agents} == {"full-time", "part-time", "four-day"}


def test_every_problem_of_all_files_is_told(tmp_path: Path) -> None:
    """A repeated number, a stranger, an unknown contract and skill, a bad date: one line each."""
    agents = (
        AGENTS
        + "7,Cy,Red,part-time,bank,\n9,Di,Red,evening,chat,1.1.2000\n10,Ed,Red,evening,chat,\n"
    )
    path = folder(
        tmp_path,
        agents,
        leave="agent,from,to\n99,2003-08-11,2003-08-10\n99,2003-08-11,2003-08-11\n",
        wishes="agent,date,wish,time\n7,2003-08-11,sleep,\n7,2003-08-11,latest_end,late\n",
    )
    found = messages(path)
    for expected in (
        "agents.csv:4: agent: the same staff number as in line 2, found '7'",
        "agents.csv:5: start_date: is not a date, found '1.1.2000'",
        "agents.csv:6: contract: no such contract, found 'evening'",
        "agents.csv:6: skills: no such queue, found 'chat'",
        "leave.csv:2: to: ends before it starts",
        "leave.csv:3: agent: nobody has this staff number, found '99'",
        "wishes.csv:2: wish: no such wish, found 'sleep'",
        "wishes.csv:3: time: is not a time of day, found 'late'",
    ):
        assert any(text.startswith(expected) for text in found), (expected, found)


def test_missing_file_column_and_encoding(tmp_path: Path) -> None:
    """No file, no column and no UTF-8 are named as such."""
    assert "no such file" in messages(tmp_path / "agents.csv")[0]
    path = folder(tmp_path, "agent,name,skills,colour\n1,Ada,bank,red\n")
    found = messages(path)
    assert any("contract: missing column" in text for text in found)
    assert any("colour: unknown column" in text for text in found)
    path.write_bytes("agent,name,contract,skills\n1,Zoë,full-time,bank\n".encode("latin-1"))
    assert "is not UTF-8" in messages(path)[0]


@pytest.mark.parametrize(
    ("agents", "expected"),
    [
        ("", "agents.csv:1: agent: missing column"),
        ("agent,name,contract,skills\n", "agents.csv: has no rows"),
        (AGENTS + "9,Di,Red,part-time,bank,,extra\n", "agents.csv:4: has 7 cells"),
        (AGENTS + '9,"Di,Red,part-time,bank,\n', "agents.csv:4: is not CSV"),
        (AGENTS + "9,D\0i,Red,part-time,bank,\n", "agents.csv:4: holds a zero byte"),
        (AGENTS + "\n\n9,Di,Red,part-time,;,\n", "agents.csv:6: skills: is empty"),
        (AGENTS + "9,Di,Red,part-time,bank;bank,\n", "agents.csv:4: skills: names a queue twice"),
        ("agent,name,name,contract,skills\n7,A,B,full-time,bank\n", "agents.csv:1: name: the col"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, agents: str, expected: str) -> None:
    """Ragged rows, open quotes, zero bytes and the like are told with their line."""
    found = messages(folder(tmp_path, agents))
    assert any(text.startswith(expected) for text in found), found


def test_semicolons_divide_too(tmp_path: Path) -> None:
    """What a spreadsheet of a decimal-comma country writes is read as it is."""
    text = "agent;name;contract;skills\n7;Ada;full-time;bank\n"
    assert read_people(folder(tmp_path, text), CONFIG).agents[0].name == "Ada"
    text = "agent;name;contract;skills\n7;Ada;full-time;bank,bank2\n"
    assert messages(folder(tmp_path, text)) == [
        "agents.csv:2: skills: no such queue, found 'bank2'; known are bank"
    ]


def test_leave_without_end_and_weights_that_are_none(tmp_path: Path) -> None:
    """A leave of millennia, and weights that no sum can take, are refused."""
    path = folder(
        tmp_path,
        leave="agent,from,to\n7,2003-08-11,9999-12-31\n",
        wishes="agent,date,wish,time,weight\n"
        + "".join(f"7,2003-08-11,day_off,,{weight}\n" for weight in ("nan", "-1", "1e999", "x")),
    )
    found = messages(path)
    assert found[0].startswith("leave.csv:2: to: ends more than ten years after it starts")
    assert [text[:20] for text in found[1:]] == [f"wishes.csv:{row}: weight" for row in range(2, 6)]


def test_problems_bear_the_name_of_the_file(tmp_path: Path) -> None:
    """A list of agents under another name is called by that name; nobody on it is missed twice."""
    path = folder(tmp_path, leave="agent,from,to\n7,2003-08-11,2003-08-12\n")
    other = path.rename(tmp_path / "crew.csv")
    other.write_text(AGENTS + "7,Ed,Red,part-time,bank,\n", encoding="utf-8")
    assert messages(other)[0].startswith("crew.csv:4: agent: the same staff number")
    other.write_text("agent,name\n", encoding="utf-8")
    assert not [text for text in messages(other) if "nobody has" in text]
