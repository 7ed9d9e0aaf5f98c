"""``wfm runs``: what was made when; compared, put in force, taken back, pruned."""

from __future__ import annotations

from typing import Annotated

import typer

from wfm.cli.options import CONFIG, ConfigOption, JsonOption, StoreOption, echo_json, now, project

__all__ = ["register"]

group = typer.Typer(
    help="Runs: listed, compared, put in force, taken back, pruned.", no_args_is_help=True
)

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Run id, see `wfm runs list`.")]
ReasonOption = Annotated[str | None, typer.Option("--reason", help="Why, for those who ask later.")]


@group.command("list")
def list_runs(
    config: ConfigOption = CONFIG, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """List all runs, newest first; which is in force, which are pinned or pruned."""
    from wfm.pipeline.runs import all_runs
    from wfm.reports import print_frame

    runs = all_runs(project(config, store))
    if as_json:
        echo_json({"runs": runs.to_dict("records")})
        return
    columns = ["run", "kind", "created_at", "as_of", "parent", "status", "mark"]
    print_frame(runs[columns], title="1 run" if len(runs) == 1 else f"{len(runs)} runs")


@group.command("show")
def show_run(
    run: RunArgument,
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one run with its inputs and figures."""
    from wfm.pipeline.runs import run_facts

    facts = run_facts(project(config, store), run)
    if as_json:
        echo_json(facts)
        return
    for key, value in facts.items():
        typer.echo(f"{key:13} {value}")


@group.command("diff")
def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="Run id.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Run id.")],
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two runs by queue: contacts, agents, hours and money, over the time of both."""
    from wfm.pipeline.versions import diff_runs
    from wfm.reports import print_frame

    table = diff_runs(project(config, store), first, second)
    if as_json:
        echo_json({"a": first, "b": second, "queues": table.to_dict("records")})
    else:
        print_frame(table.round(1), title=f"a: {first}, b: {second}")


@group.command("promote")
def promote(
    run: RunArgument,
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    reason: ReasonOption = None,
) -> None:
    """Put a run in force: a night that was held, or an older one."""
    from wfm.pipeline.versions import promote_run

    promote_run(project(config, store), run, now=now(), reason=reason)
    typer.echo(f"run {run} is in force")


@group.command("rollback")
def rollback(
    config: ConfigOption = CONFIG, store: StoreOption = None, reason: ReasonOption = None
) -> None:
    """Put the version before the one in force in force again."""
    from wfm.pipeline.versions import roll_back

    left, taken = roll_back(project(config, store), now=now(), reason=reason)
    typer.echo(f"run {taken} is in force again in place of {left}; pin it to keep nights off")


@group.command("pin")
def pin(
    run: RunArgument,
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    reason: ReasonOption = None,
) -> None:
    """Keep a run from being pruned and, while it is in force, from being replaced by nights."""
    from wfm.pipeline.versions import pin_run

    pin_run(project(config, store), run, now=now(), reason=reason)
    typer.echo(f"run {run} is pinned")


@group.command("unpin")
def unpin(run: RunArgument, config: ConfigOption = CONFIG, store: StoreOption = None) -> None:
    """Let a pinned run go."""
    from wfm.pipeline.versions import unpin_run

    unpin_run(project(config, store), run)
    typer.echo(f"run {run} is no longer pinned")


@group.command("prune")
def prune(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell which nights would go.")
    ] = False,
) -> None:
    """Take the results of old nights away: daily ones kept first, then weekly, by wfm.toml."""
    from wfm.pipeline.versions import prune_runs

    for run in (gone := prune_runs(project(config, store), now=now(), dry_run=dry_run)):
        typer.echo(run)
    typer.echo(f"{len(gone)} nights {'would be' if dry_run else ''} pruned".replace("  ", " "))


@group.command("replay")
def replay(
    run: RunArgument,
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a past night again from what it knew; exit code 7 when the numbers differ."""
    from wfm.errors import GateError
    from wfm.pipeline.nights.replay import replay as again

    done = again(project(config, store), run)
    differing = done.queues[~done.queues["same"]]
    if as_json:
        echo_json({"run": run, "same": done.same, "queues": done.queues.to_dict("records")})
    else:
        typer.echo(f"queues made again: {len(done.queues)}; with other numbers: {len(differing)}")
    if not done.same:
        names = ", ".join(differing["queue"])
        raise GateError(f"other numbers for {names}; the night was made by wfm {done.code_version}")


@group.command("accuracy")
def accuracy(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    days: Annotated[int, typer.Option("--days", min=1, help="Last days of the ledger.")] = 28,
    as_json: JsonOption = False,
) -> None:
    """Show how right the versions in force were, by queue, level and lead time."""
    from wfm.pipeline.runs import ledger_table
    from wfm.reports import print_frame

    table = ledger_table(project(config, store), now=now(), days=days)
    if as_json:
        echo_json({"accuracy": table.to_dict("records")})
    else:
        print_frame(table.round(3), title=f"versions in force, last {days} days of the ledger")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="runs")
