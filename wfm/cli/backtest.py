"""``wfm backtest``: how accurate each model was, by horizon and level."""

from __future__ import annotations

from typing import Annotated

import typer

from wfm.cli.options import (
    CONFIG,
    AsOfOption,
    ConfigOption,
    CountryOption,
    InOption,
    JsonOption,
    OutOption,
    StoreOption,
    SubdivisionOption,
    TimezoneOption,
    days,
    echo_json,
    moment,
    place_options,
    project,
)
from wfm.errors import UsageError

__all__ = ["backtest", "register"]


def backtest(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    source: InOption = None,
    as_of: AsOfOption = None,
    horizons: Annotated[
        str, typer.Option("--horizons", help="Horizons, separated by commas.")
    ] = "1d,1w,2w,6w",
    origins: Annotated[int, typer.Option("--origins", min=1, help="Past origins.")] = 6,
    aht: Annotated[bool, typer.Option("--aht", help="Of handle times instead.")] = False,
    intraday: Annotated[
        bool, typer.Option("--intraday", help="Of the rest of a day from its beginning instead.")
    ] = False,
    timezone: TimezoneOption = None,
    country: CountryOption = None,
    subdivision: SubdivisionOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forecast from past origins and compare with what came, beside seasonal naive."""
    from wfm.pipeline.backtest import (
        accuracy,
        aht_accuracy,
        intraday_accuracy,
        past_of_file,
        past_of_store,
    )
    from wfm.reports import print_frame, write_frame

    if aht and intraday:
        raise UsageError("--aht and --intraday are two back-tests; choose one")
    lengths = [length for part in horizons.split(",") if (length := days(part.strip()))]
    if source is None:
        past = past_of_store(project(config, store), moment(as_of))
    else:
        centre = project(config) if config.exists() else None
        place = place_options(centre, timezone, country, subdivision)
        past = past_of_file(source, place, moment(as_of), centre)
    if intraday:
        table = intraday_accuracy(past)
    else:
        table = (aht_accuracy if aht else accuracy)(past, lengths, origins)
    if out is not None:
        write_frame(out, table)
    if as_json:
        echo_json({"backtest": table.to_dict("records")})
    else:
        what = " of the rest of the day" if intraday else " of handle times" if aht else ""
        print_frame(table, title=f"back-test{what}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(backtest)
