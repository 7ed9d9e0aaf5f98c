"""Formats that ``wfm import`` knows, and a proposed one for a file that it does not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from wfm.cli.options import echo_json
from wfm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from wfm.telephony import ImportOptions

__all__ = ["guess_profile", "list_formats", "tell_unverified"]

_SHOWN = 5
"""Rows and problems shown of a guess."""


def list_formats(*, as_json: bool) -> None:
    """Print every format with what it is."""
    from wfm.pipeline.intake.formats import known_formats

    formats = known_formats()
    if as_json:
        rows = [{"name": f.name, "title": f.title, "verified": f.verified} for f in formats]
        echo_json({"formats": rows})
        return
    width = max(len(each.name) for each in formats)
    for each in formats:
        mark = "" if each.verified else " (unverified)"
        typer.echo(f"{each.name:{width}}  {each.title}{mark}")


def tell_unverified(format_name: str) -> None:
    """Say where a layout was never held against a source."""
    from wfm.pipeline.intake.formats import known_formats

    if any(each.name == format_name and not each.verified for each in known_formats()):
        typer.echo(
            f"note: the layout of {format_name} is not verified: hold the figures against your "
            "switch's own report",
            err=True,
        )


def guess_profile(
    files: list[Path], options: ImportOptions, out: Path | None, *, as_json: bool
) -> None:
    """Propose a profile for one file; the text goes to stdout or a file, the rest to stderr."""
    from wfm.pipeline.intake.formats import guess, guess_text

    if len(files) != 1:
        raise UsageError("--guess takes one file")
    if out is not None and out.suffix != ".toml":
        raise UsageError(f"{out}: a profile ends in .toml")
    proposal = guess(files[0], options)
    profile, rows, text = proposal.guess.profile, proposal.guess.first_rows, guess_text(proposal)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    if as_json:
        name = profile.name if proposal.shipped else None
        problems = [str(problem) for problem in proposal.guess.problems]
        facts = {"shipped": name, "profile": text, "notes": list(proposal.doubts)}
        echo_json({**facts, "problems": problems, "rows": len(rows)})
        return
    if out is None:
        typer.echo(text)
    command = profile.name if proposal.shipped else f"--profile {out or 'PROFILE.toml'}"
    if proposal.shipped:
        typer.echo(f"this is the layout of {profile.name}: {profile.title}", err=True)
    for problem in proposal.guess.problems[:_SHOWN]:
        typer.echo(f"note: {problem}", err=True)
    if len(rows):
        typer.echo(f"first rows, as `wfm import {command} {files[0]}` would make them:", err=True)
        typer.echo(_first_rows(rows, options.timezone), err=True)


def _first_rows(rows: pd.DataFrame, timezone: str) -> str:
    """Some rows by the wall clock, columns without a figure left out."""
    head = rows.head(_SHOWN).dropna(axis=1, how="all").drop(columns="interval_s")
    local = head["interval_start"].dt.tz_convert(timezone).dt.strftime("%Y-%m-%dT%H:%M")
    return str(head.assign(interval_start=local).to_string(index=False))
