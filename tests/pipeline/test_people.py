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
