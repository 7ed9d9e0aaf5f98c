"""``wfm simulate``: what customers get from a planned day or week."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.options import (
    CONFIG,
    ConfigOption,
    JsonOption,
    RunOption,
    StoreOption,
    date,
    echo_json,
    project,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["register", "simulate"]


def simulate(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    run: RunOption = None,
    first: Annotated[
        str | None, typer.Option("--from", help="First day (default: the whole roster).")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, help="Days from --from on.")] = 1,
    replications: Annotated[
        int, typer.Option("--replications", min=2, help="Draws of each day.")
    ] = 20,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same contacts.")] = 0,
    handle_time_cv: Annotated[
        float, typer.Option("--handle-time-cv", min=0, help="1 is exponential, else lognormal.")
    ] = 1.0,
    redial: Annotated[
        float, typer.Option("--redial", min=0, max=0.99, help="Share of leavers who call again.")
    ] = 0.0,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Threads.")] = 2,
    as_json: JsonOption = False,
) -> None:
    """Simulate a roster: service per queue with the half-width of its 95 % interval.

    Calls, chats and deferred work are drawn from the forecast; agents are the scheduled ones less
    shrinkage. Beside it stands what the formula says interval by interval.
    """
    from wfm.pipeline.simulate import ASSUMPTIONS, Simulation, simulate_stored

    how = Simulation(replications, seed, handle_time_cv, redial, workers)
    made = simulate_stored(project(config, store), how, run=run, first_day=date(first), days=days)
    taken = [text for kind, text in ASSUMPTIONS.items() if kind in set(made.totals["channel"])]
    if as_json:
        totals, table = (frame.to_dict("records") for frame in (made.totals, made.days))
        facts = {"assumptions": taken, "totals": totals, "days": table}
        echo_json({"run": made.run, "seed": seed, **facts})
        return
    title = f"run {made.run}, {replications} replications, seed {seed}"
    deferred = made.days["channel"] == "deferred"
    _show(made.days[~deferred], title=title)
    _show_deferred(made.days[deferred], title=f"deferred, {title}")
    for row in made.totals.itertuples(index=False):
        if isnan(row.sl_simulated):
            typer.echo(f"{row.queue}: no contacts in those days")
            continue
        promise = "in promise" if row.channel == "deferred" else "service level"
        typer.echo(
            f"{row.queue}: {promise} {row.sl_simulated:.1%} ± {row.sl_half_width:.1%} "
            f"(formula {row.sl_formula:.1%}), worst interval {row.worst_sl:.1%} "
            f"at {row.worst_interval:%a %H:%M}"
        )
    for text in taken:
        typer.echo(f"note: {text}", err=True)


def _show_deferred(days: pd.DataFrame, *, title: str) -> None:
    """Day by day: the promise, hours to the answer and what is left at the end."""
    if days.empty:
        return
    import pandas as pd

    from wfm.reports import print_frame

    shown = pd.DataFrame({"queue": days["queue"], "day": days["day"].astype(str)})
    shown["offered"] = days["offered"].round().astype(int)
    for label, mean, error, form in (
        ("in promise", "sl_simulated", "sl_half_width", "{:.1%} ± {:.1%}"),
        ("answer h", "asa_s", "asa_half_width_s", "{:.1f} ± {:.1f}"),
        ("backlog", "backlog", "backlog_half_width", "{:.0f} ± {:.0f}"),
    ):
        unit = 3600 if label == "answer h" else 1
        pairs = zip(days[mean] / unit, days[error] / unit, strict=True)
        shown[label] = ["" if isnan(value) else form.format(value, half) for value, half in pairs]
    shown["occupancy"] = ["" if isnan(value) else f"{value:.1%}" for value in days["occupancy"]]
    print_frame(shown, title=title)


def _show(days: pd.DataFrame, *, title: str) -> None:
    """Day by day, percent and seconds with their half-widths."""
    if days.empty:
        return
    import pandas as pd

    from wfm.reports import print_frame

    shown = pd.DataFrame({"queue": days["queue"], "day": days["day"].astype(str)})
    shown["offered"] = days["offered"].round().astype(int)
    for label, mean, error in (
        ("service level", "sl_simulated", "sl_half_width"),
        ("abandoned", "p_abandon", "p_abandon_half_width"),
    ):
        shown[label] = [
            f"{value:.1%} ± {half:.1%}" for value, half in zip(days[mean], days[error], strict=True)
        ]
    shown["ASA s"] = [
        f"{value:.1f} ± {half:.1f}"
        for value, half in zip(days["asa_s"], days["asa_half_width_s"], strict=True)
    ]
    shown["occupancy"] = [f"{value:.1%}" for value in days["occupancy"]]
    print_frame(shown, title=title)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(simulate)
