"""``wfm capacity``: headcount, hiring, budget and site, months and years ahead."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.options import (
    CONFIG,
    ConfigOption,
    JsonOption,
    OutOption,
    StoreOption,
    date,
    duration,
    echo_json,
    now,
    project,
)
from wfm.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wfm.capacity.hire_program import HiringPlan
    from wfm.pipeline.budget.scenario import Planned
    from wfm.pipeline.project import Project

__all__ = ["import_workbook", "register"]

group = typer.Typer(
    help="Headcount, hiring classes, budget and site for months and years ahead.",
    invoke_without_command=True,
)

SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="What-if, like queue.retail.aht_s*=1.05 or shrinkage.sick+=0.02."),
]
ScenarioOption = Annotated[
    str, typer.Option("--scenario", help="Name under which the plan is kept.")
]
HireOption = Annotated[bool, typer.Option("--hire", help="Solve for hiring classes at least cost.")]
FromOption = Annotated[
    str | None, typer.Option("--from", help="First day to ask for people (default: today).")
]
LimitOption = Annotated[
    str, typer.Option("--time-limit", help="Wall clock of each solve for hires.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of the simulation.")]
DrawsOption = Annotated[int, typer.Option("--draws", min=100, help="Plans to draw.")]


@group.callback()
def plan(
    context: typer.Context,
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    changes: SetOption = None,
    scenario: ScenarioOption = "base",
    hire: HireOption = False,
    first: FromOption = None,
    time_limit: LimitOption = "60s",
    by: Annotated[
        str | None,
        typer.Option("--by", help="Split by group, site, department or cost_centre."),
    ] = None,
    classes: Annotated[
        Path | None, typer.Option("--classes", help="With --hire: write them as classes.csv.")
    ] = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plan need, headcount and money month by month, on one screen, and keep it.

    Reads [capacity] of wfm.toml, volumes.csv (or the history) and headcount.csv (or agents.csv);
    classes.csv, moves.csv and shrinkage.csv where they are.
    """
    if context.invoked_subcommand is not None:
        return
    from wfm.pipeline.budget.scenario import save_plan
    from wfm.pipeline.budget.sheet import class_rows, plan_facts
    from wfm.reports import write_frame

    if by not in (None, "group", "site", "department", "cost_centre"):
        raise UsageError(f"--by {by!r}: write group, site, department or cost_centre")
    if classes is not None and not hire:
        raise UsageError("--classes comes with --hire")
    centre = project(config, store)
    planned = _planned(centre, changes, scenario, hire, first, time_limit)
    run = None
    if out is not None:
        write_frame(out, planned.plan.months)
    else:
        run = save_plan(centre, planned, now=now()).run
    if classes is not None:
        write_frame(classes, class_rows(planned))
    if as_json:
        echo_json(plan_facts(planned, run))
        return
    _tell(planned, by)
    typer.echo(f"run {run}" if run else f"written to {out}")


def _planned(
    centre: Project,
    changes: list[str] | None,
    scenario: str = "base",
    hire: bool = False,
    first: str | None = None,
    time_limit: str = "60s",
) -> Planned:
    from wfm.pipeline.budget.scenario import plan_capacity

    if first is not None and not hire:
        raise UsageError("--from comes with --hire")
    return plan_capacity(
        centre,
        changes=changes or [],
        scenario=scenario,
        hire_from=(date(first) or now().date()) if hire else None,
        time_limit_s=float(duration(time_limit, "--time-limit")),
    )


def _tell(planned: Planned, by: str | None) -> None:
    """The sheet, the cost by line, and the classes where they were solved."""
    from wfm.pipeline.budget.sheet import SHEET_FORMATS, cost_rows, sheet_rows
    from wfm.reports import print_frame

    for note in planned.centre.notes:
        typer.echo(f"note: {note}", err=True)
    print_frame(sheet_rows(planned, by), formats=SHEET_FORMATS)
    typer.echo()
    print_frame(cost_rows(planned), formats={"amount": ",.0f", "share_of_total": ".1%"})
    if planned.hiring is not None:
        _tell_hiring(planned.hiring)


def _tell_hiring(hiring: HiringPlan) -> None:
    typer.echo()
    for one in hiring.classes:
        held = one.held
        typer.echo(
            f"class of {held.size} for {held.group} from {held.start}: ask for people by "
            f"{one.requisition}, on the contacts from {one.on_contacts}"
        )
    if not hiring.classes:
        typer.echo("no class is worth its cost")
    typer.echo(
        f"{hiring.status}: cost {hiring.cost:,.0f}, bound {hiring.bound:,.0f}, gap "
        f"{hiring.gap:.2%}, {hiring.rounds} rounds in {hiring.seconds:.1f} s"
    )
    typer.echo(
        f"hire to need would cost {hiring.saved:,.0f} more; hours that nobody works are priced in, "
        "and what new people are still worth at the end"
    )


@group.command()
def compare(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO…", help="Kept scenarios or runs.")
    ],
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show kept scenarios side by side, with the differences to the first."""
    from wfm.pipeline.budget.scenario import compare_scenarios
    from wfm.pipeline.budget.sheet import compared_rows
    from wfm.reports import print_frame

    table = compare_scenarios(project(config, store), scenarios)
    if as_json:
        echo_json({"lines": table.to_dict("records")})
    else:
        print_frame(compared_rows(table))


@group.command()
def bridge(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="Scenario or run.")],
    after: Annotated[
        str, typer.Argument(metavar="AFTER", help="Scenario, run, or CSV of what came.")
    ],
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell why a budget moved: volume, AHT, occupancy, shrinkage, attrition, rate, to the cent.

    The CSV has the columns group, month, contacts, aht_s, base_h, shrinkage, paid_h, cost.
    """
    from wfm.pipeline.budget.scenario import bridge_between

    found = bridge_between(project(config, store), before, after)
    if as_json:
        echo_json({"start": found.start, "effects": dict(found.effects), "end": found.end})
        return
    typer.echo(f"{before:<12} {found.start:>18,.2f}")
    for name, amount in found.effects:
        typer.echo(f"{name:<12} {amount:>+18,.2f}")
    typer.echo(f"{after:<12} {found.end:>18,.2f}")


@group.command()
def risk(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    changes: SetOption = None,
    seed: SeedOption = 0,
    draws: DrawsOption = 2000,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Simulate need and supply: P50, P80, P95, and the chance to miss service by month."""
    from wfm.pipeline.budget.scenario import risk_of
    from wfm.reports import print_frame, write_frame

    planned = _planned(project(config, store), changes)
    table = risk_of(planned, seed=seed, draws=draws)
    if out is not None:
        write_frame(out, table)
    if as_json:
        echo_json({"seed": seed, "draws": draws, "months": table.to_dict("records")})
    else:
        form = {name: ".1f" for name in table.columns if name.startswith(("need", "supply"))}
        title = f"{draws} plans drawn, seed {seed}"
        print_frame(table, title=title, formats=form | {"p_short": ".1%", "p_missed": ".1%"})


@group.command()
def site(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    changes: SetOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show desks by shift, room, trunks and bandwidth by month, and when each runs out."""
    from dataclasses import asdict

    from wfm.pipeline.budget.site import site_need
    from wfm.reports import print_frame, write_frame

    centre = project(config, store)
    found = site_need(centre, _planned(centre, changes))
    for name in found.empty:
        typer.echo(
            f"note: no group sits at {name}, so its limits are not looked at; write "
            f'site = "{name}" in a [[capacity.group]]',
            err=True,
        )
    if out is not None:
        write_frame(out, found.months)
    if as_json:
        limits = [asdict(limit) for limit in found.limits]
        telephony = [asdict(cost) for cost in found.telephony]
        months = found.months.to_dict("records")
        echo_json({"months": months, "limits": limits, "telephony": telephony})
        return
    whole = dict.fromkeys(("heads", "area_m2", "bandwidth_kbit"), ",.0f")
    counted = ("early", "late", "night", "support", "training", "people", "rest", "trunks")
    form = whole | dict.fromkeys(counted, ".0f") | {"sharing": ".2f"}
    print_frame(found.months, formats=form)
    for limit in found.limits:
        when = f"run out in {limit.month}" if limit.month else "suffice"
        typer.echo(
            f"{limit.site}: {limit.what} {when} (most {limit.most:,.0f} of {limit.have:,.0f})"
        )
    for cost in found.telephony:
        if cost.own or cost.cloud:
            typer.echo(
                f"telephone system over {cost.months} months: own {cost.own:,.0f}, "
                f"cloud {cost.cloud:,.0f}"
            )


@group.command()
def frontier(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    changes: SetOption = None,
    levels: Annotated[
        str, typer.Option("--levels", help="Service levels, separated by commas.")
    ] = "0.6,0.7,0.75,0.8,0.85,0.9,0.95,0.98",
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Weigh cost against lost contacts by service level."""
    from wfm.pipeline.budget.site import frontier as weigh
    from wfm.reports import print_frame, write_frame

    try:
        wanted = [float(part) for part in levels.split(",")]
    except ValueError as error:
        raise UsageError(f"--levels {levels!r}: write fractions like 0.8,0.9") from error
    table = weigh(_planned(project(config, store), changes), wanted)
    if out is not None:
        write_frame(out, table)
    if as_json:
        echo_json({"levels": table.to_dict("records")})
    else:
        whole = dict.fromkeys(("cost", "abandoned", "lost_value", "total"), ",.0f")
        print_frame(table, title="service against cost", formats=whole)
        if not table["chosen"].any():
            note = "a lost contact has no value yet; [capacity] price = { contact_value = 15 }"
            typer.echo(f"note: {note} tells where cost and loss together are least")


def import_workbook(files: Sequence[str], centre: Project, scenario: str, *, as_json: bool) -> None:
    """Plan with the inputs of a budget workbook, kept as a scenario (``wfm import budget``)."""
    from wfm.pipeline.budget.book import import_budget

    if len(files) != 1:
        raise UsageError("name one workbook: wfm import budget FILE.xlsx")
    run, changes = import_budget(centre, Path(files[0]), now=now(), scenario=scenario)
    if as_json:
        echo_json({"run": run, "scenario": scenario, "changes": [str(one) for one in changes]})
        return
    for one in changes:
        typer.echo(str(one))
    typer.echo(f"{len(changes)} inputs changed; scenario {scenario}, run {run}")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="capacity")
