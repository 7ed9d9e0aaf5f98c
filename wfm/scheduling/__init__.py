"""Requirement and agents to a roster planners would sign.

The room's story, file by file: :mod:`validate` refuses what cannot be meant; :mod:`line` lays real
time in even steps and puts the need on it; :mod:`catalogue` compiles shift templates to what can be
placed there; :mod:`problem` says what is to be planned and :mod:`cover` writes it as a model with
implicit breaks; :mod:`plan` goes from the LP of the week to shift counts; :mod:`people` says what a
week may ask of each person; :mod:`assign`, :mod:`match`, :mod:`roster` and :mod:`retour` hand the
shifts to persons; :mod:`breaks` gives them their breaks; :mod:`measure` and :mod:`check` read the
roster back and judge it, knowing no solver; :mod:`solver` is the one door to PuLP, HiGHS and CBC;
:mod:`scheduler` ties them together.
"""

from wfm.scheduling.check import RULES, check_roster, roster_facts
from wfm.scheduling.result import Progress, Schedule, ScheduleSummary
from wfm.scheduling.scheduler import schedule
from wfm.scheduling.solver import SolveStatus

__all__ = [
    "RULES",
    "Progress",
    "Schedule",
    "ScheduleSummary",
    "SolveStatus",
    "check_roster",
    "roster_facts",
    "schedule",
]
