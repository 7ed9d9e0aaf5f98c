"""``wfm erlang``: the calculator, for one case or for a CSV of them."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.options import JsonOption, duration, echo_json, share_option
from wfm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from wfm.pipeline.erlang_case import Answer

__all__ = ["register"]

group = typer.Typer(
    help="""Erlang calculator: one case, or a CSV of cases.

    Fewest agents:  wfm erlang --contacts 100 --aht 180s --service-level 80%

    Their service:  wfm erlang --contacts 100 --agents 12 --patience 2m

    Most contacts:  wfm erlang --agents 14 --aht 180s
    """,
    invoke_without_command=True,
)

CasesOption = Annotated[Path, typer.Option("--in", help="CSV of cases.")]
ResultsOption = Annotated[Path | None, typer.Option("--out", help="CSV of results.")]


@group.callback()
def one_case(
    context: typer.Context,
    contacts: Annotated[
        float | None,
        typer.Option("--contacts", min=0, help="Contacts in the interval; left out, solved."),
    ] = None,
    interval: Annotated[str, typer.Option("--interval", help="Length of the interval.")] = "30m",
    aht: Annotated[str, typer.Option("--aht", help="Average handle time.")] = "180s",
    patience: Annotated[
        str | None, typer.Option("--patience", help="Mean time to hang up; makes it Erlang A.")
    ] = None,
    agents: Annotated[
        float | None, typer.Option("--agents", min=0, help="Agents; left out, solved.")
    ] = None,
    service_level: Annotated[
        float | None,
        share_option("--service-level", "Target (default 80%, none with --asa or --abandonment)."),
    ] = None,
    threshold: Annotated[str, typer.Option("--threshold", help="Answer threshold.")] = "20s",
    definition: Annotated[
        str, typer.Option("--definition", help="Of the service level, as in wfm.toml.")
    ] = "offered",
    asa: Annotated[str | None, typer.Option("--asa", help="Target: longest mean wait.")] = None,
    abandonment: Annotated[
        float | None, share_option("--abandonment", "Target: most who hang up; needs --patience.")
    ] = None,
    max_occupancy: Annotated[
        float | None, share_option("--max-occupancy", "Occupancy cap.")
    ] = None,
    shrinkage: Annotated[float, share_option("--shrinkage", "Share of paid time away.")] = 0.0,
    blocking: Annotated[
        float | None, share_option("--blocking", "Also the lines: most who find all busy, like 1%.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Answer one case: fewest agents, their service, or the most contacts they can take."""
    if context.invoked_subcommand is not None:
        return
    if contacts is None and agents is None:
        raise UsageError("give --contacts, --agents or both, or one of batch, required, extended")
    from wfm.pipeline.erlang_case import Case, Target, answer

    if service_level is None and asa is None and abandonment is None:
        service_level = 0.80
    longest_s = float(duration(asa, "--asa")) if asa else None
    target = Target(
        service_level,
        float(duration(threshold, "--threshold")),
        definition,
        longest_s,
        abandonment,
        max_occupancy,
    )
    case = Case(
        contacts=contacts,
        interval_s=duration(interval, "--interval"),
        aht_s=float(duration(aht, "--aht")),
        patience_s=float(duration(patience, "--patience")) if patience else None,
        agents=agents,
        target=target,
        shrinkage=shrinkage,
        blocking=blocking,
    )
    _show(answer(case), as_json=as_json)


def _show(found: Answer, *, as_json: bool) -> None:
    if as_json:
        echo_json(asdict(found))
        return
    typer.echo(found.sentence)
    typer.echo()
    width = max(6, *(len(f"{row.agents:,.10g}") for row in found.neighbours))
    typer.echo(f"  {'agents':>{width}} {'service':>8} {'ASA s':>8} {'abandon':>8} {'occup.':>8}")
    for row in found.neighbours:
        mark = " <" if row.agents == found.agents else ""
        wait = f"{row.asa_s:8.1f}" if isfinite(row.asa_s) else f"{'–':>8}"
        typer.echo(
            f"  {row.agents:{width},.10g} {row.service_level:8.1%} {wait} "
            f"{row.p_abandon:8.1%} {row.occupancy:8.1%}{mark}"
        )


@group.command()
def batch(cases: CasesOption, out: ResultsOption = None) -> None:
    """Measures of every case: model, arrivals_per_hour, aht_s, patience_s, agents, threshold_s."""
    from wfm.pipeline.erlang import batch as evaluate

    _write(evaluate(cases), out)


@group.command()
def required(cases: CasesOption, out: ResultsOption = None) -> None:
    """Fewest agents of every case: sl_definition, sl_target and threshold_s beside the load."""
    from wfm.pipeline.erlang import required as solve

    _write(solve(cases), out)


@group.command()
def extended(cases: CasesOption, out: ResultsOption = None) -> None:
    """Extended models: model, params (k=v;k=v), metric; value is added."""
    from wfm.pipeline.erlang import extended as evaluate

    _write(evaluate(cases), out)


def _write(results: pd.DataFrame, out: Path | None) -> None:
    from wfm.reports import write_frame

    if out is None:
        typer.echo(results.to_csv(index=False), nl=False)
    else:
        write_frame(out, results)
        typer.echo(f"{len(results)} cases written to {out}")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="erlang")
