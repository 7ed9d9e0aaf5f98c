"""``wfm schedule``: shifts with breaks for named agents."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.options import (
    CONFIG,
    AgentsOption,
    ClusterOption,
    ConfigOption,
    InOption,
    JsonOption,
    OutOption,
    RunOption,
    StoreOption,
    WorkersOption,
    date,
    duration,
    echo_json,
    now,
    people,
    project,
)
from wfm.cli.replan import (
    ChangePriceOption,
    FreezeOption,
    PinOption,
    Replanning,
    ReplanOption,
)

if TYPE_CHECKING:
    import pandas as pd

    from wfm.pipeline.earlier import Former
    from wfm.pipeline.people import People
    from wfm.pipeline.project import Project
    from wfm.pipeline.schedule import ScheduleChoices, Scheduled

__all__ = [
    "FromOption",
    "GapOption",
    "SeedOption",
    "TimeLimitOption",
    "WeeksOption",
    "register",
    "schedule",
    "schedule_choices",
]

FromOption = Annotated[
    str | None, typer.Option("--from", help="First day (default: first Monday of the input).")
]
WeeksOption = Annotated[int, typer.Option("--weeks", min=1, max=13, help="Weeks to schedule.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Same inputs and seed, same roster.")]
TimeLimitOption = Annotated[
    str | None, typer.Option("--time-limit", help="Wall clock of the scheduler, like 60s.")
]
GapOption = Annotated[
    float | None, typer.Option("--gap", min=0, max=1, help="Relative gap that counts as solved.")
]


def schedule(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    rules: Annotated[
        Path | None, typer.Option("--rules", help="wfm.toml with the rules; same as --config.")
    ] = None,
    source: InOption = None,
    agents: AgentsOption = None,
    run: RunOption = None,
    first: FromOption = None,
    weeks: Annotated[
        int | None, typer.Option("--weeks", min=1, max=13, help="Weeks to schedule (default: 1).")
    ] = None,
    seed: SeedOption = 0,
    time_limit: TimeLimitOption = None,
    gap: GapOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    replan: ReplanOption = None,
    freeze: FreezeOption = None,
    change_price: ChangePriceOption = None,
    pin: PinOption = None,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", help="CSV of what people carry (default: from the store)."),
    ] = None,
    ledger_out: Annotated[
        Path | None, typer.Option("--ledger-out", help="Write what people carry after it here.")
    ] = None,
    out: OutOption = None,
    coverage: Annotated[
        Path | None, typer.Option("--coverage", help="Write the coverage here.")
    ] = None,
    activities: Annotated[
        Path | None, typer.Option("--activities", help="Write work and breaks here.")
    ] = None,
    summary: Annotated[
        Path | None, typer.Option("--summary", help="Write the summary here as JSON.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Schedule a requirement: shifts with breaks, given to named agents.

    With --replan a roster that is out is planned again: what is frozen or pinned stays, and every
    other shift that changes has its price.
    """
    from wfm.pipeline.earlier import read_ledger
    from wfm.pipeline.schedule import read_requirement, summary_facts
    from wfm.pipeline.staff import stored_rows

    asked = Replanning(replan, freeze, change_price, pin)
    centre = project(rules or config, store)
    staff = people(centre, agents)
    former = asked.former(centre)
    choices = schedule_choices(first, weeks or 1, seed, time_limit, gap)
    choices = replace(choices, workers=workers, cluster=cluster)
    choices = asked.choices(choices, former, weeks)
    known = read_ledger(ledger) if ledger else None
    record = None
    if source is None and out is None:
        made, record = _stored(centre, staff, choices, run, former, known)
    else:
        rows = (
            read_requirement(source, centre)
            if source
            else stored_rows(centre, "requirement", run)[1]
        )
        made = _apart(centre, staff, choices, rows, former, known)
    _write(made, {"roster": out, "coverage": coverage, "activities": activities}, summary)
    _write_ledger(made, ledger_out)
    if as_json:
        echo_json({"run": record, **summary_facts(made)})
        return
    _show(centre, staff, made)
    typer.echo(f"written to {out}" if out else f"run {record}")


def schedule_choices(
    first: str | None, weeks: int, seed: int, time_limit: str | None, gap: float | None
) -> ScheduleChoices:
    """Choices of the options."""
    from wfm.pipeline.schedule import ScheduleChoices

    limit_s = float(duration(time_limit, "--time-limit")) if time_limit else None
    return ScheduleChoices(date(first), weeks, seed, limit_s, gap)


def _stored(
    centre: Project,
    staff: People,
    choices: ScheduleChoices,
    run: str | None,
    former: Former | None,
    ledger: pd.DataFrame | None,
) -> tuple[Scheduled, str]:
    """Roster from the store into the store."""
    from wfm.pipeline.schedule import schedule_stored
    from wfm.reports import stage_progress

    with stage_progress("scheduling") as progress:
        record, made = schedule_stored(
            centre,
            staff,
            choices,
            now=now(),
            run=run,
            progress=progress,
            former=former,
            ledger=ledger,
        )
    return made, record.run


def _apart(
    centre: Project,
    staff: People,
    choices: ScheduleChoices,
    requirement: pd.DataFrame,
    former: Former | None,
    ledger: pd.DataFrame | None,
) -> Scheduled:
    """Roster that is not kept in the store and knows of no other than the one re-planned."""
    from wfm.pipeline.earlier import Earlier
    from wfm.pipeline.schedule import roster_of
    from wfm.reports import stage_progress

    earlier = Earlier(former, None, ledger)
    with stage_progress("scheduling") as progress:
        return roster_of(centre, staff, requirement, choices, progress, earlier=earlier)


def _show(centre: Project, staff: People, made: Scheduled) -> None:
    """Shifts, the card, and what is broken or short."""
    from wfm.pipeline.explain_roster import quality_blocks
    from wfm.reports import print_quality

    facts = made.schedule.summary
    typer.echo(
        f"{len(made.schedule.shifts)} shifts, {facts.paid_h:,.1f} paid hours, over "
        f"{facts.over:,.1f} and under {facts.under:,.1f} agent-intervals, "
        f"{facts.status.value}, {facts.violations} rules broken"
    )
    if math.isfinite(facts.bound):
        typer.echo(
            f"objective {facts.objective:,.1f}, proven bound {facts.bound:,.1f}: gap "
            f"{facts.gap:.2%} of the demand, in {facts.seconds:.0f} s"
        )
    if facts.cut_short:
        typer.echo("cut short by time: a longer --time-limit may do better, another run differ")
    for early in made.schedule.early:
        typer.echo(str(early))
    if made.former:
        typer.echo(f"re-planned from run {made.former}")
    print_quality(quality_blocks(centre, staff, made))


def _write_ledger(made: Scheduled, path: Path | None) -> None:
    from wfm.reports import write_frame

    if path is not None:
        write_frame(path, made.ledger)


def _write(made: Scheduled, paths: dict[str, Path | None], summary: Path | None) -> None:
    from wfm.pipeline.schedule import summary_facts
    from wfm.reports import write_frame, write_json

    frames = {
        "roster": made.schedule.shifts,
        "coverage": made.coverage,
        "activities": made.schedule.activities,
    }
    for name, path in paths.items():
        if path is not None:
            write_frame(path, frames[name])
    if summary is not None:
        write_json(summary, summary_facts(made))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(schedule)
