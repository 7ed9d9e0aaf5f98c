"""``wfm forecast --long-range``: months and years ahead under growth cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from wfm.cli.options import echo_json, moment
from wfm.errors import UsageError

if TYPE_CHECKING:
    from wfm.pipeline.long_range import LongRange, LongRangeChoices

__all__ = ["range_choices", "tell_years"]


def range_choices(months: int, by: str, growth: str | None, as_of: str | None) -> LongRangeChoices:
    """Choices of the options."""
    from wfm.pipeline.long_range import read_choices

    try:
        return read_choices(months, by, growth, moment(as_of))
    except ValueError as error:
        raise UsageError(str(error)) from error


def tell_years(
    found: LongRange, choices: LongRangeChoices, out: Path | None, *, as_json: bool
) -> None:
    """Write the file if there is one, and tell."""
    from wfm.pipeline.long_range import years_ahead
    from wfm.reports import print_frame, write_frame

    frame = found.frame
    for name in {"origin", "start"} & set(frame.columns):
        frame = frame.assign(**{name: frame[name].dt.date})
    if out is not None and not frame.empty:
        write_frame(out, frame)
    if as_json:
        echo_json(
            {
                "by": choices.by,
                "growth": found.growth.to_dict("records"),
                "rows": frame.to_dict("records"),
                "skipped": {queue: str(problem) for queue, problem in found.skipped},
                "file": str(out) if out else None,
            }
        )
        return
    if frame.empty:
        return
    formats = {"contacts": ",.0f", "growth_a_year": "+.1%", "mean": ",.0f"}
    print_frame(years_ahead(found), title="years ahead", formats=formats)
    if out is None:
        print_frame(frame.drop(columns="origin"), title=f"by {choices.by}", formats=formats)
    else:
        typer.echo(f"written to {out}")
