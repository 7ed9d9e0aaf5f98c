"""``wfm backtest``: how accurate each model was, by horizon and level."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from wfm.pipeline.backtest import Past

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
    frozen: Annotated[
        bool, typer.Option("--frozen", help="Of the forecasts in the store, as they were made.")
    ] = False,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", help="Models to compare, separated by commas (default: in force)."),
    ] = None,
    timezone: TimezoneOption = None,
    country: CountryOption = None,
    subdivision: SubdivisionOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forecast from past origins and compare with what came, beside last week and a plain mean."""
    from wfm.pipeline.backtest import (
        accuracy,
        aht_accuracy,
        frozen_accuracy,
        intraday_accuracy,
        refuse_left_out,
    )
    from wfm.reports import print_frame, write_frame

    if aht + intraday + frozen > 1:
        raise UsageError("--aht, --intraday and --frozen are back-tests of their own; choose one")
    if model and (aht or intraday or frozen):
        raise UsageError("--model is of use only for the contacts of whole days; leave it out")
    lengths = [length for part in horizons.split(",") if (length := days(part.strip()))]
    past = None
    if frozen:
        table = frozen_accuracy(project(config, store))
    else:
        past = _past(config, store, source, as_of, (timezone, country, subdivision))
        if intraday:
            table = intraday_accuracy(past)
        elif aht:
            table = aht_accuracy(past, lengths, origins)
        else:
            names = [name.strip() for part in model or () for name in part.split(",")]
            table = accuracy(past, lengths, origins, names)
    if out is not None:
        write_frame(out, table)
    if as_json:
        echo_json({"backtest": table.to_dict("records")})
    else:
        told = {"of handle times": aht, "of the rest of the day": intraday, "as made": frozen}
        what = next((words for words, on in told.items() if on), "")
        print_frame(table, title=f"back-test {what}".strip())
    if past is not None:
        refuse_left_out(past, table)


def _past(
    config: Path,
    store: str | None,
    source: Path | None,
    as_of: str | None,
    place: tuple[str | None, str | None, str | None],
) -> Past:
    from wfm.pipeline.backtest import past_of_file, past_of_store

    if source is None:
        return past_of_store(project(config, store), moment(as_of))
    centre = project(config) if config.exists() else None
    return past_of_file(source, place_options(centre, *place), moment(as_of), centre)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(backtest)
