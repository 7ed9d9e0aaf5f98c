"""``wfm erlang``: the calculator, for one case or for a CSV of them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.options import JsonOption, duration, echo_json
from wfm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from wfm.pipeline.erlang_case import Answer

__all__ = ["register"]

group = typer.Typer(
    help="Erlang calculator: one case, or a CSV of cases.", invoke_without_command=True
)

CasesOption = Annotated[Path, typer.Option("--in", help="CSV of cases.")]
ResultsOption = Annotated[Path | None, typer.Option("--out", help="CSV of results.")]


@group.callback()
def one_case(
    context: typer.Context,
    contacts: Annotated[
        float | None, typer.Option("--contacts", min=0, help="Contacts in the interval.")
    ] = None,
    interval: Annotated[str, typer.Option("--interval", help="Length of the interval.")] = "30m",
    aht: Annotated[str, typer.Option("--aht", help="Average handle time.")] = "180s",
    patience: Annotated[
        str | None, typer.Option("--patience", help="Mean time to hang up; makes it Erlang A.")
    ] = None,
    agents: Annotated[
        float | None, typer.Option("--agents", min=0, help="Agents; left out, they are solved.")
    ] = None,
    service_level: Annotated[
        float, typer.Option("--service-level", min=0, max=1, help="Target, a fraction.")
    ] = 0.80,
    threshold: Annotated[str, typer.Option("--threshold", help="Answer threshold.")] = "20s",
    max_occupancy: Annotated[
        float | None, typer.Option("--max-occupancy", min=0, max=1, help="Occupancy cap.")
    ] = None,
    shrinkage: Annotated[
        float, typer.Option("--shrinkage", min=0, max=0.99, help="Share of paid time away.")
    ] = 0.0,
    as_json: JsonOption = False,
) -> None:
    """Answer one case: the service of --agents, or the fewest agents for the target.

    wfm erlang --contacts 100 --aht 180s --threshold 20s
    """
    if context.invoked_subcommand is not None:
        return
    if contacts is None:
        raise UsageError("give --contacts, or one of batch, required and extended; see --help")
    from wfm.pipeline.erlang_case import Case, answer

    case = Case(
        contacts=contacts,
        interval_s=duration(interval, "--interval"),
        aht_s=float(duration(aht, "--aht")),
        patience_s=float(duration(patience, "--patience")) if patience else None,
        agents=agents,
        service_level=service_level,
        threshold_s=float(duration(threshold, "--threshold")),
        max_occupancy=max_occupancy,
        shrinkage=shrinkage,
    )
    _show(answer(case), as_json=as_json)


def _show(found: Answer, *, as_json: bool) -> None:
    if as_json:
        echo_json(asdict(found))
        return
    typer.echo(found.sentence)
    typer.echo()
    typer.echo(f"{'agents':>8} {'service':>8} {'ASA s':>8} {'abandon':>8} {'occup.':>8}")
    for row in found.neighbours:
        mark = " <" if row.agents == found.agents else ""
        typer.echo(
            f"{row.agents:8g} {row.service_level:8.1%} {row.asa_s:8.1f} "
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
