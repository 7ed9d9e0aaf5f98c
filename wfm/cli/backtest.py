"""``wfm backtest``: how accurate each model was, by horizon and level."""

from __future__ import annotations

from typing import Annotated

import typer

from wfm.cli.options import (
    CONFIG,
    AsOfOption,
    ConfigOption,
    JsonOption,
    OutOption,
    StoreOption,
    days,
    echo_json,
    moment,
    project,
)

__all__ = ["backtest", "register"]


def backtest(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    horizons: Annotated[
        str, typer.Option("--horizons", help="Horizons, separated by commas.")
    ] = "1d,1w,2w,6w",
    origins: Annotated[int, typer.Option("--origins", min=1, help="Past origins.")] = 6,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forecast from past origins and compare with what came, beside seasonal naive."""
    from wfm.pipeline.forecast import backtest_stored
    from wfm.reports import print_frame, write_frame

    lengths = [length for part in horizons.split(",") if (length := days(part.strip()))]
    table = backtest_stored(
        project(config, store), as_of=moment(as_of), horizons_days=lengths, origins=origins
    )
    if out is not None:
        write_frame(out, table)
    if as_json:
        echo_json({"backtest": table.to_dict("records")})
    else:
        print_frame(table, title="back-test")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(backtest)
