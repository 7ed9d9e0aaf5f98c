"""Requirement and agents to a roster planners would sign.

The room's story, file by file: :mod:`validate` refuses what cannot be meant; :mod:`line` lays real
time in even steps and puts the need on it; :mod:`catalogue` compiles shift templates to what can be
placed there; :mod:`problem` says what is to be planned and :mod:`cover` writes it as a model with
implicit breaks; :mod:`plan` goes from the LP of the week to shift counts; :mod:`people` says what a
week may ask of each person; :mod:`assign`, :mod:`match`, :mod:`roster` and :mod:`retour` hand the
shifts to persons; :mod:`breaks` gives them their breaks; :mod:`measure` and :mod:`check` read the
roster back and judge it, knowing no solver; :mod:`solver` is the one door to PuLP, HiGHS and CBC;
:mod:`scheduler` ties them together, :mod:`early` says who is still at work in its first night,
:mod:`placing` writes each week down and :mod:`read_back` judges the whole. :mod:`mend` and
:mod:`polish` give the roster its last touch, :mod:`together` makes the tiniest weeks in one model,
:mod:`offphone` places meetings where :mod:`floors` can spare the people, :mod:`replan` says what of
a former roster stays, :mod:`fairness` keeps the ledger from roster to roster, :mod:`card` sums a
roster up and :mod:`explain` says who is short when and what an hour more would win.
"""

from wfm.scheduling.card import Card, quality_card
from wfm.scheduling.check import RULES, check_roster
from wfm.scheduling.conflict import Conflict, conflicts
from wfm.scheduling.explain import Relaxation, Shortage, relaxations, rule_costs, shortages
from wfm.scheduling.facts import roster_facts
from wfm.scheduling.fairness import fairness, next_ledger
from wfm.scheduling.judge import judge
from wfm.scheduling.replan import Replan
from wfm.scheduling.result import Progress, Schedule, ScheduleSummary
from wfm.scheduling.scheduler import schedule
from wfm.scheduling.solver import SolveStatus

__all__ = [
    "RULES",
    "Card",
    "Conflict",
    "Progress",
    "Relaxation",
    "Replan",
    "Schedule",
    "ScheduleSummary",
    "Shortage",
    "SolveStatus",
    "check_roster",
    "conflicts",
    "fairness",
    "judge",
    "next_ledger",
    "quality_card",
    "relaxations",
    "roster_facts",
    "rule_costs",
    "schedule",
    "shortages",
]
