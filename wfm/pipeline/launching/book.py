"""The launch told in chapters: promises, volumes, agents, people, site, money, bad days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from wfm.domain import Channel, Queue
from wfm.pipeline.launching.launch import Launched
from wfm.pipeline.launching.readiness import readiness_of
from wfm.pipeline.launching.vip import vip_choice
from wfm.reports.chapters import Chapter, ChapterTable, Form

__all__ = ["launch_chapters"]

_MONEY = (
    "pay_cost",
    "trainee_cost",
    "support_cost",
    "on_cost",
    "recruiting_cost",
    "training_cost",
    "seat_cost",
    "licence_cost",
    "telephony_cost",
    "total_cost",
)


def launch_chapters(launched: Launched, *, today: dt.date) -> tuple[Chapter, ...]:
    """Chapters of the book and the page.

    Parameters
    ----------
    today
        Day from which requisitions are late.
    """
    return (
        _promises(launched),
        _volumes(launched),
        _agents(launched),
        _shifts(launched),
        _organisation(launched),
        _hiring(launched),
        _site(launched),
        _budget(launched),
        _service_and_cost(launched),
        _disaster(launched),
        _readiness(launched, today),
    )


def _promises(launched: Launched) -> Chapter:
    answers = launched.answers
    lines = [answers.goal] if answers.goal else []
    lines.append(
        f"{answers.name} opens on {answers.opening_day:%A} {answers.opening_day}, "
        f"by the clock of {answers.timezone}; money is in {answers.currency}."
    )
    taken = launched.volumes.spread.set_index("queue")["taken"]
    rows = [
        {
            "queue": queue.name,
            "channel": str(queue.channel),
            "promise": _promise(queue),
            "handle time s": queue.aht_s,
            "contacts a month": float(taken.get(queue.name, 0.0)),
        }
        for queue in launched.project.config.queues
    ]
    forms: Mapping[str, Form] = {"handle time s": "whole", "contacts a month": "whole"}
    table = ChapterTable("What customers are promised", pd.DataFrame(rows), forms)
    return Chapter("Why and what", tuple(lines), (table,))


def _promise(queue: Queue) -> str:
    target = queue.target
    threshold_s = target.threshold_s
    within = f"{threshold_s / 3600:g} h" if threshold_s >= 7200 else f"{threshold_s:g} s"
    if queue.channel is Channel.DEFERRED:
        return f"answered within {within}"
    parts = []
    if target.service_level is not None:
        parts.append(f"{target.service_level:.0%} in {within}")
    if target.max_occupancy is not None:
        parts.append(f"occupancy at most {target.max_occupancy:.0%}")
    if target.min_agents:
        parts.append(f"at least {target.min_agents} agents")
    return ", ".join(parts)


def _volumes(launched: Launched) -> Chapter:
    volumes = launched.volumes
    estimates = volumes.estimates.rename(
        columns={"contacts_a_month": "contacts a month", "basis": "rests on"}
    )
    spread = volumes.spread.rename(columns={"apart": "highest over lowest"})
    by_month = volumes.months.pivot_table(index="month", columns="queue", values="contacts")
    months = by_month[by_month.sum(axis=1) > 0].reset_index()
    whole: Form = "whole"
    return Chapter(
        "Volumes",
        (
            "Independent estimates stand side by side; the weight says what counts. Where they "
            "are far apart, find out why before people are hired.",
        ),
        (
            ChapterTable(
                "Estimates", estimates, {"contacts a month": "whole", "weight": "percent"}
            ),
            ChapterTable(
                "Their spread, contacts a month",
                spread,
                {"low": whole, "taken": whole, "high": whole, "highest over lowest": "number"},
            ),
            ChapterTable(
                "Contacts by month", months, {str(name): whole for name in by_month.columns}
            ),
        ),
    )


def _agents(launched: Launched) -> Chapter:
    week = launched.week
    local = week["interval_start"].dt.tz_convert(launched.answers.timezone)
    rows = week.assign(day=local.dt.strftime("%a"), time=local.dt.strftime("%H:%M"))
    order = list(dict.fromkeys(rows.sort_values("interval_start")["day"]))
    tables = []
    for name, part in rows.groupby("queue", sort=False):
        grid = part.pivot_table(index="time", columns="day", values="agents_net", aggfunc="max")
        grid = grid.reindex(columns=[day for day in order if day in grid.columns])
        grid = grid[(grid.fillna(0) > 0).any(axis=1)]
        days = [str(day) for day in grid.columns]
        forms: dict[str, Form] = dict.fromkeys(days, "number")
        frame = grid.reset_index()
        frame.columns = [str(column) for column in frame.columns]
        tables.append(ChapterTable(f"{name}: agents on the contacts", frame, forms, tuple(days)))
    tables += _vip_tables(launched)
    first = local.min()
    totals = rows.groupby("queue", sort=False).apply(_hours, include_groups=False)
    said = [f"{name}: {hours:,.0f} agent-hours with shrinkage" for name, hours in totals.items()]
    return Chapter(
        "Agents by interval",
        (f"The week from {first:%A} {first:%Y-%m-%d}.", *said),
        tuple(tables),
    )


def _vip_tables(launched: Launched) -> list[ChapterTable]:
    """For each queue of important customers, what a group of its own costs against one pool."""
    queues, found = launched.project.queues, []
    for each in launched.answers.queues:
        if each.vip_of:
            frame = vip_choice(launched.week, queues[each.queue.name], queues[each.vip_of])
            frame.columns = ["way", "agents", f"{each.queue.name} wait s", f"{each.vip_of} wait s"]
            forms: dict[str, Form] = dict.fromkeys(frame.columns[1:], "number")
            title = f"{each.queue.name}: at the busiest moment, mean waits if nobody hung up"
            found.append(ChapterTable(title, frame, {**forms, "agents": "whole"}))
    return found


def _hours(part: pd.DataFrame) -> float:
    return float((part["agents_required"] * part["interval_s"]).sum() / 3600)


def _shifts(launched: Launched) -> Chapter:
    config = launched.project.config
    shifts = [
        {
            "shift": one.name,
            "starts": f"{_clock(one.start_s[0])}-{_clock(one.start_s[1])}",
            "hours": f"{one.length_s[0] / 3600:g}-{one.length_s[1] / 3600:g}",
            "breaks": ", ".join(
                f"{rule.name} {rule.length_s // 60} min {'paid' if rule.paid else 'unpaid'}"
                for rule in one.breaks
            ),
        }
        for one in config.templates
    ]
    contracts = [
        {
            "contract": one.name,
            "shifts": ", ".join(one.shifts),
            "hours a week": f"{one.week_s[0] / 3600:g}-{one.week_s[1] / 3600:g}",
            "days a week": f"{one.days_per_week[0]}-{one.days_per_week[1]}",
            "pay an hour": one.cost_per_hour,
        }
        for one in config.contracts
    ]
    return Chapter(
        "Shifts",
        (
            "`wfm plan --from` with the opening week in the project folder places them and gives "
            "a roster with the places of agents.csv; write the names in as people are hired.",
        ),
        (
            ChapterTable("Shift templates", pd.DataFrame(shifts)),
            ChapterTable("Contracts", pd.DataFrame(contracts), {"pay an hour": "number"}),
        ),
    )


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


def _organisation(launched: Launched) -> Chapter:
    """Layers of the centre in the opening month."""
    months = list(launched.planned.plan.months["month"].unique())
    place = months.index(launched.opening_month)
    rows: list[dict[str, object]] = [
        {"role": "agent", "heads": float(launched.opening_heads), "span": "", "leads": ""}
    ]
    for k, role in enumerate(launched.planned.plan.inputs.role):
        heads = sum(float(one.support[k, place]) for one in launched.planned.plan.supply)
        span = f"1 per {role.span:g}" if role.span else "fixed"
        rows.append({"role": role.name, "heads": heads, "span": span, "leads": role.of or "agents"})
    table = ChapterTable("Who works here", pd.DataFrame(rows), {"heads": "number"})
    total = sum(float(str(row["heads"])) for row in rows)
    return Chapter(
        "Organisation",
        (f"{total:,.1f} people in {launched.opening_month}, the month of the opening.",),
        (table,),
    )


def _hiring(launched: Launched) -> Chapter:
    hiring = launched.hiring
    washout = launched.planned.plan.inputs.training.washout
    rows = [
        {
            "class": one.held.name,
            "people": one.held.size,
            "ask for them by": one.requisition,
            "training begins": one.held.start,
            "on the contacts": one.on_contacts,
            "expected to pass": one.held.size * (1 - washout),
        }
        for one in hiring.classes
    ]
    columns = ["class", "people", "ask for them by", "training begins", "on the contacts"]
    frame = pd.DataFrame(rows, columns=[*columns, "expected to pass"])
    forms: Mapping[str, Form] = {
        "people": "whole",
        "ask for them by": "date",
        "training begins": "date",
        "on the contacts": "date",
        "expected to pass": "number",
    }
    return Chapter(
        "Hiring and training",
        (
            f"The classes are {hiring.status} within {hiring.gap:.2%} of the least cost; hiring "
            f"to need, month by month, would cost {hiring.saved:,.0f} "
            f"{launched.answers.currency} more.",
        ),
        (ChapterTable("Calendar", frame, forms),),
    )


def _budget(launched: Launched) -> Chapter:
    months = launched.planned.plan.months
    lines = months.groupby("month", sort=False)[list(_MONEY)].sum().reset_index()
    lines.columns = [str(name).removesuffix("_cost").replace("_", " ") for name in lines.columns]
    forms: dict[str, Form] = {name: "money" for name in lines.columns if name != "month"}
    heads = months.groupby("month", sort=False)[
        ["contacts", "required_fte", "productive_fte", "closing_heads", "trainees", "under_fte"]
    ].sum()
    heads = heads.reset_index()
    heads.columns = [str(name).replace("_", " ") for name in heads.columns]
    counted: dict[str, Form] = {name: "number" for name in heads.columns if name != "month"}
    before = float(months.loc[months["month"] < launched.opening_month, "total_cost"].sum())
    total = launched.planned.plan.total_cost
    return Chapter(
        "Budget",
        (
            f"{total:,.0f} {launched.answers.currency} in all, {before:,.0f} of it before the "
            "opening day. `wfm capacity` and `wfm export budget` in the project folder go on "
            "from here.",
        ),
        (
            ChapterTable("Heads", heads, counted),
            ChapterTable(f"Money, {launched.answers.currency}", lines, forms),
        ),
    )


def _site(launched: Launched) -> Chapter:
    """Desks by shift, room and lines by month, and when each runs out."""
    months = launched.site.months.drop(columns=["site"])
    months = months[months["people"] + months["training"] > 0]
    months.columns = [str(name).replace("_", " ").replace("m2", "m²") for name in months.columns]
    forms: dict[str, Form] = {name: "whole" for name in months.columns if name != "month"}
    limits = pd.DataFrame(
        [(one.what, one.have, one.most, one.month or "never") for one in launched.site.limits],
        columns=["what", "there", "needed at most", "runs out in"],
    )
    cost = pd.DataFrame(
        [(one.months, one.own, one.cloud) for one in launched.site.telephony],
        columns=["months", "own system", "cloud"],
    )
    return Chapter(
        "Site",
        ("20 m³ of room a person at work; lines by Erlang B on talk and queue time, 1 % blocked.",),
        (
            ChapterTable("Needed by month", months, {**forms, "sharing": "number"}),
            ChapterTable("What runs out", limits, {"there": "whole", "needed at most": "whole"}),
            ChapterTable(
                f"Telephone system, {launched.answers.currency}",
                cost,
                {"months": "whole", "own system": "money", "cloud": "money"},
            ),
        ),
    )


def _service_and_cost(launched: Launched) -> Chapter:
    frame = launched.frontier.rename(columns=lambda name: str(name).replace("_", " "))
    forms: Mapping[str, Form] = {
        "service level": "percent",
        "required fte": "number",
        "cost": "money",
        "abandoned": "whole",
        "lost value": "money",
        "total": "money",
    }
    value = launched.answers.contact_value
    line = (
        f"A contact that hangs up is taken to be worth {value:g} {launched.answers.currency}; the "
        "mark shows where cost and loss together are least."
        if value
        else "Say contact_value under [why] to weigh lost contacts against cost."
    )
    return Chapter(
        "Service against cost",
        (line,),
        (ChapterTable("The whole plan at other service levels", frame, forms),),
    )


def _disaster(launched: Launched) -> Chapter:
    frame = launched.disaster.rename(
        columns={
            "service_level": "service level",
            "p_abandon": "hang up",
            "worst_service": "worst interval",
            "days_to_clear": "days to clear",
        }
    )
    forms: Mapping[str, Form] = {
        "offered": "whole",
        "service level": "percent",
        "hang up": "percent",
        "worst interval": "percent",
        "backlog": "whole",
        "days to clear": "number",
    }
    return Chapter(
        "When things go wrong",
        (
            "The opening week once more with people missing or contacts doubled. A backlog is "
            "cleared by a tenth of overtime; callers who hang up and dial again are left out.",
        ),
        (ChapterTable("Service by variant", frame, forms),),
    )


def _readiness(launched: Launched, today: dt.date) -> Chapter:
    checks = readiness_of(launched, today=today)
    rows = [
        {
            "check": one.name,
            "": {True: "yes", False: "NO", None: "open"}[one.good],
            "found": one.found,
            "do": one.step,
        }
        for one in checks
    ]
    missing = sum(one.good is not True for one in checks)
    line = f"{missing} of {len(checks)} checks are not done." if missing else "All checks hold."
    return Chapter(
        "Readiness",
        (line, "`wfm check --maturity` tells later how far the planning has come."),
        (ChapterTable("Checklist", pd.DataFrame(rows)),),
    )
