"""``wfm plan``: forecast, staff, schedule and the roster workbook in one go."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from wfm.cli.options import (
    CONFIG,
    AgentsOption,
    AsOfOption,
    ClusterOption,
    ConfigOption,
    HorizonOption,
    JsonOption,
    ModelOption,
    StoreOption,
    WorkersOption,
    days,
    echo_json,
    moment,
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
from wfm.cli.schedule import (
    FromOption,
    GapOption,
    SeedOption,
    TimeLimitOption,
    schedule_choices,
)

__all__ = ["plan", "register"]


def plan(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    agents: AgentsOption = None,
    as_of: AsOfOption = None,
    horizon: HorizonOption = None,
    model: ModelOption = None,
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
    roster: Annotated[
        Path | None,
        typer.Option("--roster", help="Roster workbook (default: out/roster.xlsx by wfm.toml)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Forecast, staff, schedule and write the roster workbook.

    With --replan the roster of a run is planned again on the new forecast: what is frozen or pinned
    stays, and every other shift that changes has its price.
    """
    from wfm.pipeline.forecast import ForecastChoices, refuse_partial
    from wfm.pipeline.plan import plan as make_plan
    from wfm.pipeline.plan_summary import plan_facts, plan_summary
    from wfm.reports import print_plan_summary, stage_progress

    began = time.monotonic()
    asked = Replanning(replan, freeze, change_price, pin)
    centre = project(config, store)
    staff = people(centre, agents)
    former = asked.former(centre)
    choices = schedule_choices(first, weeks or 1, seed, time_limit, gap)
    choices = replace(choices, workers=workers, cluster=cluster)
    with stage_progress("planning") as progress:
        made = make_plan(
            centre,
            staff,
            ForecastChoices(moment(as_of), days(horizon), model),
            asked.choices(choices, former, weeks),
            now=now(),
            former=former,
            roster=roster or centre.root / "out" / "roster.xlsx",
            progress=progress,
            tell=progress.stage,
        )
    seconds = time.monotonic() - began
    if as_json:
        echo_json(plan_facts(centre, staff, made, seconds))
    else:
        print_plan_summary(plan_summary(centre, staff, made, seconds))
    refuse_partial(made.forecasted.result)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(plan)
