"""One case of the Erlang calculator, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from wfm.errors import UsageError
from wfm.queueing import Performance, carried_per_hour, performance, required_agents

__all__ = ["Answer", "Case", "Lines", "Neighbour", "Target", "answer"]

_MOST = 1e9
"""Agents and erlang up to which one agent more can be told from one fewer."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is promised; a part that is None is not."""

    service_level: float | None
    threshold_s: float
    definition: str = "offered"
    max_asa_s: float | None = None
    max_abandonment: float | None = None
    max_occupancy: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A question to the calculator: contacts, agents, or both; the one left out is solved.

    Parameters
    ----------
    contacts
        In the interval; None asks how many the agents can take within the target.
    agents
        On the phones; None asks for the fewest that meet the target.
    blocking
        Share of contacts that may find every line busy; None leaves the lines out.
    """

    contacts: float | None
    interval_s: float
    aht_s: float
    patience_s: float | None
    agents: float | None
    target: Target
    shrinkage: float = 0.0
    blocking: float | None = None

    @property
    def model(self) -> str:
        """Erlang A where callers hang up, else Erlang C."""
        return "erlang_c" if self.patience_s is None else "erlang_a"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Service of a number of agents."""

    agents: float
    service_level: float
    asa_s: float
    p_abandon: float
    occupancy: float


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines for those who talk and those who wait [erlang], found busy by so few at most."""

    load_erlang: float
    lines: int
    blocking: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The agents, their service and that of one fewer and one more, and it all in words."""

    model: str
    contacts: float
    load_erlang: float
    agents: float
    agents_gross: float
    binding: str
    neighbours: tuple[Neighbour, ...]
    lines: Lines | None
    sentence: str


def answer(case: Case) -> Answer:
    """Service of the agents, the fewest agents for the target, or the most contacts within it.

    Raises
    ------
    UsageError
        When contacts and agents are both missing, a value is out of range, or no number of agents
        meets the target.
    """
    if not case.interval_s > 0:
        raise UsageError("--interval must be longer than 0")
    if not case.shrinkage < 1:
        raise UsageError("--shrinkage of 100% leaves nobody; write less")
    if case.target.max_abandonment is not None and case.patience_s is None:
        raise UsageError("--abandonment needs --patience: in Erlang C nobody hangs up")
    if max(_load_erlang(case.contacts or 0.0, case), case.agents or 0.0) > _MOST:
        raise UsageError(
            f"more than {_MOST:,.0f} agents are not counted one by one; "
            "check --contacts, --aht, --interval and --agents"
        )
    try:
        return _answer(case)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _answer(case: Case) -> Answer:
    agents, contacts, binding = case.agents, case.contacts, "given"
    if contacts is None:
        contacts, binding = _carried(case), "solved for contacts"
    per_hour = contacts * 3600 / case.interval_s
    if agents is None:
        needed = required_agents(case.model, per_hour, case.aht_s, **_asked(case))
        agents, binding = float(needed.agents), str(needed.binding).replace("_", " ")
    near = [agents] if agents < 1 else [agents - 1, agents, agents + 1]
    served = performance(
        case.model,
        per_hour,
        case.aht_s,
        near,
        patience_s=case.patience_s,
        threshold_s=case.target.threshold_s,
    )
    rows = _rows(near, served, case.target.definition)
    here = 0 if len(rows) == 1 else 1
    load = _load_erlang(contacts, case)
    wait_s = float(served.mean_wait_all_s[here])
    lines = (
        None if case.blocking is None else _lines(load + per_hour * wait_s / 3600, case.blocking)
    )
    gross = agents / (1 - case.shrinkage)
    words = _words(case, contacts, load, rows[here], binding)
    if case.shrinkage:
        words.append(f"With {100 * case.shrinkage:.3g}% shrinkage, schedule {gross:,.2f}.")
    if lines:
        words.append(
            f"{lines.lines:,} lines carry {lines.load_erlang:,.2f} erlang of talk and wait; at "
            f"most {100 * lines.blocking:.3g}% of the contacts find them all busy (Erlang B)."
        )
    return Answer(case.model, contacts, load, agents, gross, binding, rows, lines, "\n".join(words))


def _load_erlang(contacts: float, case: Case) -> float:
    return contacts * case.aht_s / case.interval_s


def _asked(case: Case) -> dict[str, Any]:
    target = case.target
    return {
        "patience_s": case.patience_s,
        "threshold_s": target.threshold_s,
        "service_level": target.service_level,
        "definition": target.definition,
        "max_asa_s": target.max_asa_s,
        "max_abandonment": target.max_abandonment,
        "max_occupancy": target.max_occupancy,
    }


def _carried(case: Case) -> float:
    """Most contacts of an interval that the agents take within the target."""
    if case.agents is None:
        raise UsageError("give --contacts, --agents or both")
    per_hour = carried_per_hour(case.model, case.agents, case.aht_s, **_asked(case))
    return float(per_hour) * case.interval_s / 3600


def _rows(near: list[float], served: Performance, definition: str) -> tuple[Neighbour, ...]:
    columns = (
        near,
        getattr(served, f"sl_{definition}"),
        served.asa_answered_s,
        served.p_abandon,
        served.occupancy,
    )
    return tuple(
        Neighbour(
            n, float(level), float(asa), 0.0 if math.isnan(left) else float(left), float(busy)
        )
        for n, level, asa, left, busy in zip(*columns, strict=True)
    )


def _lines(load_erlang: float, blocking: float) -> Lines:
    if not math.isfinite(load_erlang):
        raise UsageError("no number of lines holds a queue without end; add agents or --patience")
    need = required_agents("erlang_b", load_erlang, 3600.0, service_level=1.0 - blocking)
    return Lines(load_erlang, int(need.agents), blocking)


def _words(case: Case, contacts: float, load: float, here: Neighbour, binding: str) -> list[str]:
    patience = "" if case.patience_s is None else f", patience {case.patience_s:g} s"
    model = case.model.replace("_", " ").title()
    words = [
        f"{contacts:,.6g} contacts in {case.interval_s / 60:g} min × {case.aht_s:g} s = "
        f"{load:,.2f} erlang ({model}{patience})."
    ]
    agents = f"{here.agents:,.10g} {'agent' if here.agents == 1 else 'agents'}"
    if binding == "none":
        return [*words, "No agents are needed."]
    if binding == "solved for contacts":
        words.append(f"{agents} can take {contacts:,.6g} contacts within the target, no more.")
    elif binding != "given":
        words.append(f"{agents} {'is' if here.agents == 1 else 'are'} needed ({binding} binds).")
    if math.isfinite(here.asa_s):
        words.append(
            f"{agents} {'answers' if here.agents == 1 else 'answer'} {here.service_level:.1%} "
            f"of the {_BASES[case.target.definition]} {case.target.threshold_s:g} s, "
            f"mean wait {here.asa_s:.1f} s, occupancy {here.occupancy:.1%}."
        )
    elif case.patience_s is None and here.agents > 0:
        words.append(f"{agents} cannot keep up with the load: the queue grows without end.")
        words.append("With --patience callers hang up, as most do.")
    else:
        words.append("Without agents nobody is answered.")
    return words


_BASES = {
    "offered": "offered within",
    "answered": "answered within",
    "excl_short_abandon": "offered, hang-ups before it left out, within",
    "abandon_within_t_ok": "offered, hang-ups before it counted as good, within",
    "virtual": "offered, had nobody hung up, within",
}
"""Service level by its definition, up to the threshold."""
