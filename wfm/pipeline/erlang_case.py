"""One case of the Erlang calculator, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from wfm.errors import UsageError
from wfm.queueing import performance, required_agents

__all__ = ["Answer", "Case", "Neighbour", "answer"]


@dataclass(frozen=True, slots=True)
class Case:
    """A question to the calculator; ``agents`` None asks for the fewest that meet the target."""

    contacts: float
    interval_s: float
    aht_s: float
    patience_s: float | None
    agents: float | None
    service_level: float
    threshold_s: float
    max_occupancy: float | None = None
    shrinkage: float = 0.0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Service of a number of agents."""

    agents: float
    service_level: float
    asa_s: float
    p_abandon: float
    occupancy: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The agents, their service and that of one fewer and one more, and a sentence."""

    model: str
    load_erlang: float
    agents: float
    agents_gross: float
    binding: str
    neighbours: tuple[Neighbour, ...]
    sentence: str


def answer(case: Case) -> Answer:
    """Service of ``case.agents``, or the fewest agents for the target.

    Raises
    ------
    UsageError
        When a value is out of range, or no number of agents meets the target.
    """
    try:
        return _answer(case)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _answer(case: Case) -> Answer:
    model = "erlang_c" if case.patience_s is None else "erlang_a"
    per_hour = case.contacts * 3600 / case.interval_s
    load = per_hour * case.aht_s / 3600
    binding = "given"
    agents = case.agents
    if agents is None:
        needed = required_agents(
            model,
            per_hour,
            case.aht_s,
            patience_s=case.patience_s,
            threshold_s=case.threshold_s,
            service_level=case.service_level,
            max_occupancy=case.max_occupancy,
        )
        agents, binding = float(needed.agents), str(needed.binding).replace("_", " ")
    near = [agents] if agents < 1 else [agents - 1, agents, agents + 1]
    served = performance(
        model,
        per_hour,
        case.aht_s,
        near,
        patience_s=case.patience_s,
        threshold_s=case.threshold_s,
    )
    neighbours = tuple(
        Neighbour(
            n, float(level), float(asa), 0.0 if math.isnan(left) else float(left), float(busy)
        )
        for n, level, asa, left, busy in zip(
            near,
            served.sl_offered,
            served.asa_answered_s,
            served.p_abandon,
            served.occupancy,
            strict=True,
        )
    )
    here = next(row for row in neighbours if row.agents == agents)
    gross = agents / (1 - case.shrinkage)
    return Answer(
        model,
        load,
        agents,
        gross,
        binding,
        neighbours,
        _sentence(case, model, load, here, binding, gross),
    )


def _sentence(
    case: Case, model: str, load: float, here: Neighbour, binding: str, gross: float
) -> str:
    patience = f", patience {case.patience_s:g} s" if case.patience_s is not None else ""
    head = (
        f"{case.contacts:g} contacts in {case.interval_s / 60:g} min × {case.aht_s:g} s = "
        f"{load:.2f} erlang ({model.replace('_', ' ').title()}{patience})."
    )
    need = "" if binding == "given" else f" {here.agents:g} agents are needed ({binding} binds)."
    served = (
        f" {here.agents:g} agents answer {here.service_level:.1%} of the offered within "
        f"{case.threshold_s:g} s, mean wait {here.asa_s:.1f} s, occupancy {here.occupancy:.1%}."
    )
    rostered = f" With shrinkage, schedule {gross:.2f}." if case.shrinkage else ""
    return head + need + served + rostered
