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
    from wfm.pipeline.schedule import OnProgress, Scheduled

__all__ = [
    "FromOption",
    "GapOption",
    "SeedOption",
    "TimeLimitOption",
    "WeeksOption",
    "register",
    "schedule",
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
    from wfm.reports import stage_progress

    centre = project(rules or config, store)
    staff = people(centre, agents)
    limit_s = float(duration(time_limit, "--time-limit")) if time_limit else None
    with stage_progress("scheduling") as progress:
        made, record = _make(
            centre, staff, source, out, run, first, weeks, seed, limit_s, gap, progress
        )
    _write(made, out, coverage, activities, summary)
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


def _make(
    centre: Project,
    staff: People,
    source: Path | None,
    out: Path | None,
    run: str | None,
    first: str | None,
    weeks: int,
    seed: int,
    limit_s: float | None,
    gap: float | None,
    progress: OnProgress,
) -> tuple[Scheduled, str | None]:
    from wfm.pipeline.schedule import read_requirement, roster_of, schedule_stored
    from wfm.pipeline.staff import stored_rows

    if source is None and out is None:
        record, made = schedule_stored(
            centre,
            staff,
            now=now(),
            run=run,
            first_day=date(first),
            weeks=weeks,
            seed=seed,
            time_limit_s=limit_s,
            gap=gap,
            progress=progress,
        )
        return made, record.run
    requirement = (
        read_requirement(source, centre) if source else stored_rows(centre, "requirement", run)[1]
    )
    made = roster_of(
        centre,
        staff,
        requirement,
        first_day=date(first),
        weeks=weeks,
        seed=seed,
        time_limit_s=limit_s,
        gap=gap,
        progress=progress,
    )
    return made, None


def _write(
    made: Scheduled,
    out: Path | None,
    coverage: Path | None,
    activities: Path | None,
    summary: Path | None,
) -> None:
    from wfm.pipeline.schedule import summary_facts
    from wfm.reports import write_frame, write_json

    for path, frame in (
        (out, made.schedule.shifts),
        (coverage, made.coverage),
        (activities, made.schedule.activities),
    ):
        if path is not None:
            write_frame(path, frame)
    if summary is not None:
        write_json(summary, summary_facts(made))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(schedule)
