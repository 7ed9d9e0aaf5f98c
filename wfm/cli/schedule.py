"""``wfm schedule``: shifts with breaks for named agents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.options import (
    CONFIG,
    AgentsOption,
    ConfigOption,
    InOption,
    JsonOption,
    OutOption,
    RunOption,
    StoreOption,
    date,
    duration,
    echo_json,
    now,
    people,
    project,
)

if TYPE_CHECKING:
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
    weeks: WeeksOption = 1,
    seed: SeedOption = 0,
    time_limit: TimeLimitOption = None,
    gap: GapOption = None,
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
    """Schedule a requirement: shifts with breaks, given to named agents."""
    from wfm.pipeline.schedule import summary_facts

    centre = project(rules or config, store)
    staff = people(centre, agents)
    choices = schedule_choices(first, weeks, seed, time_limit, gap)
    if source is None and out is None:
        made, record = _stored(centre, staff, choices, run)
    else:
        made, record = _apart(centre, staff, choices, source, run), None
    _write(made, {"roster": out, "coverage": coverage, "activities": activities}, summary)
    if as_json:
        echo_json({"run": record, **summary_facts(made)})
        return
    facts = made.schedule.summary
    typer.echo(
        f"{len(made.schedule.shifts)} shifts, {facts.paid_h:,.1f} paid hours, over "
        f"{facts.over:,.1f} and under {facts.under:,.1f} agent-intervals, "
        f"{facts.status.value}, {facts.violations} rules broken"
    )
    for message in made.schedule.violations["message"].head(20):
        typer.echo(f"note: {message}")
    typer.echo(f"written to {out}" if out else f"run {record}")


def schedule_choices(
    first: str | None, weeks: int, seed: int, time_limit: str | None, gap: float | None
) -> ScheduleChoices:
    """Choices of the options."""
    from wfm.pipeline.schedule import ScheduleChoices

    limit_s = float(duration(time_limit, "--time-limit")) if time_limit else None
    return ScheduleChoices(date(first), weeks, seed, limit_s, gap)


def _stored(
    centre: Project, staff: People, choices: ScheduleChoices, run: str | None
) -> tuple[Scheduled, str]:
    """Roster from the store into the store."""
    from wfm.pipeline.schedule import schedule_stored
    from wfm.reports import stage_progress

    with stage_progress("scheduling") as progress:
        record, made = schedule_stored(
            centre, staff, choices, now=now(), run=run, progress=progress
        )
    return made, record.run


def _apart(
    centre: Project, staff: People, choices: ScheduleChoices, source: Path | None, run: str | None
) -> Scheduled:
    """Roster of a file's or a run's requirement, not kept in the store."""
    from wfm.pipeline.schedule import read_requirement, roster_of
    from wfm.pipeline.staff import stored_rows
    from wfm.reports import stage_progress

    if source is not None:
        requirement = read_requirement(source, centre)
    else:
        requirement = stored_rows(centre, "requirement", run)[1]
    with stage_progress("scheduling") as progress:
        return roster_of(centre, staff, requirement, choices, progress)


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
