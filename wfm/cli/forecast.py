"""``wfm forecast``: contacts to come, with bands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.long_range import range_choices, tell_years
from wfm.cli.options import (
    CONFIG,
    AsOfOption,
    ConfigOption,
    CountryOption,
    HorizonOption,
    InOption,
    JsonOption,
    ModelOption,
    OutOption,
    StoreOption,
    SubdivisionOption,
    TimezoneOption,
    days,
    echo_json,
    moment,
    now,
    place_options,
    project,
)
from wfm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from wfm.pipeline.calendars import Place
    from wfm.pipeline.forecast import ForecastChoices, Forecasted
    from wfm.pipeline.long_range import LongRange, LongRangeChoices
    from wfm.pipeline.project import Project

__all__ = ["forecast", "register"]

_PATHS = 100
"""Paths drawn unless a number is given."""


def forecast(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    source: InOption = None,
    out: OutOption = None,
    as_of: AsOfOption = None,
    horizon: HorizonOption = None,
    model: ModelOption = None,
    timezone: TimezoneOption = None,
    country: CountryOption = None,
    subdivision: SubdivisionOption = None,
    quantiles: Annotated[
        str | None, typer.Option("--quantiles", help="With --in, like 0.1,0.5,0.9.")
    ] = None,
    paths: Annotated[
        int | None,
        typer.Option("--paths", min=1, help="With --paths-out: paths to draw (default: 100)."),
    ] = None,
    paths_out: Annotated[
        Path | None, typer.Option("--paths-out", help="Write whole drawn courses here, for risk.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="With --paths-out: same seed, same paths.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--page", help="Write a web page with a picture per queue here.")
    ] = None,
    long_range: Annotated[
        int | None,
        typer.Option("--long-range", min=1, max=60, help="Months ahead, told by month or week."),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="With --long-range: month (default) or week.")
    ] = None,
    growth: Annotated[
        str | None,
        typer.Option("--growth", help="With --long-range, a year: 3%, or low=-2%,base=3%,high=8%."),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Processes, for many queues.")
    ] = 1,
    as_json: JsonOption = False,
) -> None:
    """Forecast contacts by interval from the store, or from a history file with --in.

    --in reads queue, start (wall clock), offered; --out writes queue, origin, start, mean and
    quantile columns. --long-range looks up to five years ahead under growth cases instead.
    """
    from wfm.pipeline.forecast import (
        ForecastChoices,
        forecast_frame,
        forecast_stored,
        refuse_partial,
        stored_contract,
    )

    of_place = {"--timezone": timezone, "--country": country, "--subdivision": subdivision}
    of_weeks = {"--page": page, "--paths-out": paths_out, "--horizon": horizon, "--model": model}
    _refuse_idle({"--paths": paths, "--seed": seed}, "--paths-out", paths_out)
    _refuse_idle({**of_place, "--quantiles": quantiles}, "--in", source)
    _refuse_idle({"--growth": growth, "--by": by}, "--long-range", long_range)
    if long_range is not None:
        _refuse_beside_years({**of_weeks, "--quantiles": quantiles})
    if page is not None and page.suffix not in (".html", ".htm"):
        raise UsageError(f"--page {page}: a web page ends in .html")
    if long_range is not None:
        ahead = range_choices(long_range, by or "month", growth, as_of)
        centre = project(config, store) if source is None or config.exists() else None
        place = place_options(centre, timezone, country, subdivision)
        found = _years(ahead, source, place, centre)
        tell_years(found, ahead, out, as_json=as_json)
        refuse_partial(found)
        return
    choices = ForecastChoices(moment(as_of), days(horizon), model, workers, now())
    run = None
    if source is not None:
        centre = project(config) if config.exists() else None
        place = place_options(centre, timezone, country, subdivision)
        made = _from_file(source, place, choices, quantiles, centre)
    elif out is not None:
        centre = project(config, store)
        made = stored_contract(forecast_frame(centre, choices), centre.config.timezone)
    else:
        record, made = forecast_stored(project(config, store), choices, now=now())
        run = record.run
    _write(made, out, page)
    if paths_out is not None:
        _write_paths(made, paths or _PATHS, seed or 0, paths_out)
    _tell(made, run, out, as_json=as_json)
    for beside in (page, paths_out):
        if beside is not None and not as_json:
            typer.echo(f"written to {beside}")
    refuse_partial(made.result)


def _refuse_idle(options: Mapping[str, object], wants: str, given: object) -> None:
    """Say before any work that options are of no use without another."""
    idle = [name for name, value in options.items() if value is not None]
    if idle and given is None:
        raise UsageError(f"{', '.join(idle)}: of use only with {wants}")


def _refuse_beside_years(options: Mapping[str, object]) -> None:
    """Say before any work that options have no place in a look years ahead."""
    idle = [name for name, value in options.items() if value is not None]
    if idle:
        raise UsageError(f"{', '.join(idle)} cannot go with --long-range")


def _write(made: Forecasted, out: Path | None, page: Path | None) -> None:
    if out is not None:
        from wfm.reports import write_frame

        write_frame(out, made.frame)
    if page is not None:
        from wfm.pipeline.forecast_page import page_of_forecast

        page_of_forecast(made, page)


def _years(
    choices: LongRangeChoices, source: Path | None, place: Place, centre: Project | None
) -> LongRange:
    from wfm.pipeline.long_range import long_range_file, long_range_stored

    if source is not None:
        return long_range_file(source, place, choices, project=centre)
    assert centre is not None  # the caller opened it
    return long_range_stored(centre, choices)


def _write_paths(made: Forecasted, count: int, seed: int, path: Path) -> None:
    from wfm.pipeline.forecast import draw_paths
    from wfm.reports import write_frame

    write_frame(path, draw_paths(made, count, seed))


def _from_file(
    source: Path,
    place: Place,
    choices: ForecastChoices,
    quantiles: str | None,
    centre: Project | None,
) -> Forecasted:
    from wfm.pipeline.forecast import forecast_file
    from wfm.schema import QUANTILES

    wanted = _quantiles(quantiles) if quantiles else QUANTILES
    return forecast_file(source, place, choices, quantiles=wanted, project=centre)


def _quantiles(text: str) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(f"--quantiles {text!r}: write fractions like 0.1,0.5,0.9") from error
    if not all(0 < quantile < 1 for quantile in found):
        raise UsageError(f"--quantiles {text!r}: every quantile lies between 0 and 1")
    return tuple(sorted(set(found)))


def _tell(made: Forecasted, run: str | None, out: Path | None, *, as_json: bool) -> None:
    from wfm.pipeline.adjustments import change_table

    totals = made.frame.groupby("queue")["mean"].sum()
    changes = change_table(made.plain, made.changes, made.groups)
    if as_json:
        echo_json(
            {
                "run": run,
                "as_of": made.as_of,
                "horizon_days": made.horizon_days,
                "contacts": totals.to_dict(),
                "choice": made.result.chosen.to_dict("records"),
                "backtest": made.result.backtest.to_dict("records"),
                "adjustments": changes.to_dict("records"),
                "findings": made.result.findings.to_dict("records"),
                "special_days": made.result.special.to_dict("records"),
                "groups": made.result.groups.to_dict("records"),
                "demand": made.demand.to_dict("records"),
                "estimates": made.estimates.to_dict("records"),
                "skipped": {queue: str(problem) for queue, problem in made.result.skipped},
                "file": str(out) if out else None,
            }
        )
        return
    for queue, contacts in totals.items():
        typer.echo(f"{queue}: {contacts:,.0f} contacts in {made.horizon_days} days")
    for group, contacts in _group_totals(made.result.groups).items():
        typer.echo(f"group {group}: {contacts:,.0f} contacts in {made.horizon_days} days")
    from wfm.reports import print_frame

    print_frame(made.result.chosen, title="choice by rolling-origin back-test")
    told = made.demand[made.demand["again"].notna() | (made.demand["lost_in_outages"] > 0)]
    if len(told):
        print_frame(told, title="recorded and asked for", formats={"lost_in_outages": ",.0f"})
    if len(made.result.special):
        print_frame(made.result.special, title="special days ahead", formats=_SPECIAL)
    if len(made.estimates):
        print_frame(made.estimates, title="new queues: what their volume rests on")
    _tell_findings(made.result.findings)
    if len(changes):
        print_frame(changes, title="adjustments laid on", formats={"contacts": "+,.0f"})
    typer.echo(f"written to {out}" if out else f"run {run}")


def _tell_findings(findings: pd.DataFrame) -> None:
    from wfm.reports import print_frame

    if findings.empty:
        return
    events = findings["kind"] == "event"
    if events.any():
        table = findings.loc[events, ["queue", "detail", "effect"]]
        print_frame(table.rename(columns={"detail": "event"}), title="events")
    if not events.all():
        print_frame(findings[~events], title="no ordinary traffic; see events.csv")


def _group_totals(groups: pd.DataFrame) -> dict[str, float]:
    """Contacts by group over the horizon."""
    if groups.empty:
        return {}
    every = groups[groups["level"] == "interval"]
    return {str(name): float(mine["mean"].sum()) for name, mine in every.groupby("group")}


_SPECIAL = {"contacts": ",.0f", "ordinary": ",.0f", "factor": ".2f"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(forecast)
