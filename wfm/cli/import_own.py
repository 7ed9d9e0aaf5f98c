"""``wfm import`` of files that wfm wrote itself: a roster or budget changed by hand, an archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from wfm.cli.capacity import import_workbook
from wfm.cli.options import echo_json, now
from wfm.errors import UsageError

if TYPE_CHECKING:
    from wfm.pipeline.edited_roster import EditedRoster
    from wfm.pipeline.project import Project

__all__ = ["OWN", "import_own"]

OWN = ("archive", "budget", "roster")
"""What may stand in the place of a format."""

_ACCEPTED = "broken-rules"
_SHOWN = 20


def import_own(
    words: Sequence[str], centre: Project, scenario: str, accept: Sequence[str], *, as_json: bool
) -> None:
    """Bring back what the first word names from the file after it."""
    what, files = words[0], words[1:]
    if what == "budget":
        import_workbook(files, centre, scenario, as_json=as_json)
        return
    if len(files) != 1:
        raise UsageError(f"write `wfm import {what} FILE`, with one file")
    if what == "archive":
        _archive(centre, files[0], as_json=as_json)
    else:
        _roster(centre, files[0], accept, as_json=as_json)


def _archive(centre: Project, file: str, *, as_json: bool) -> None:
    """Bring a whole store back from its archive."""
    from wfm.pipeline.archive import import_archive

    rows = import_archive(centre, Path(file))
    if as_json:
        echo_json({"file": file, "rows": rows})
    else:
        typer.echo(f"{sum(rows.values())} rows of {len(rows)} tables brought in from {file}")


def _roster(centre: Project, file: str, accept: Sequence[str], *, as_json: bool) -> None:
    """Read the hand edits of a roster workbook and keep the roster that they make."""
    from wfm.cli.options import people
    from wfm.pipeline.edited_roster import import_roster

    strange = [name for name in accept if name != _ACCEPTED]
    if strange:
        raise UsageError(f"--accept {', '.join(strange)}: a roster knows {_ACCEPTED} only")
    staff = people(centre, None)
    found = import_roster(centre, staff, Path(file), now=now(), accept_broken=_ACCEPTED in accept)
    if as_json:
        echo_json(_facts(found))
        return
    for line in _lines(found, centre.config.currency):
        typer.echo(line)


def _facts(found: EditedRoster) -> dict[str, object]:
    before, after = found.before.summary, found.made.schedule.summary
    return {
        "former_run": found.former,
        "run": found.run.run if found.run else None,
        "changes": [
            {"agent": one.agent, "day": one.day, "before": one.before, "after": one.after}
            for one in found.edits.changes
        ],
        "broken_rules": found.broken.to_dict("records"),
        "under": [before.under, after.under],
        "over": [before.over, after.over],
        "cost": [before.cost, after.cost],
        "service_level": found.made.service_level,
    }


def _lines(found: EditedRoster, currency: str) -> Iterator[str]:
    changes = found.edits.changes
    if found.run is None:
        yield f"no cell differs from the roster of run {found.former}; nothing was written"
        return
    for one in changes[:_SHOWN]:
        yield f"{one.day:%a %d %b}  {one.agent} {one.name}: {one.before} → {one.after}"
    if len(changes) > _SHOWN:
        yield f"and {len(changes) - _SHOWN} more"
    typed = {(leave.agent, leave.day) for leave in found.edits.book.leave}
    away = [one for one in changes if (one.agent, one.day) in typed]
    before, after = found.before.summary, found.made.schedule.summary
    hour = found.edits.book.interval_s / 3600
    yield (
        f"under {before.under * hour:,.1f} → {after.under * hour:,.1f} h, over "
        f"{before.over * hour:,.1f} → {after.over * hour:,.1f} h, cost "
        f"{before.cost:,.0f} → {after.cost:,.0f} {currency}, service level "
        f"{found.made.service_level:.1%} expected"
    )
    for row in found.broken.itertuples():
        yield f"note: breaks a rule: {row.agent} {row.day:%a %d %b} {row.message}"
    for one in away:
        yield f"note: put {one.after} of {one.agent} on {one.day} into leave.csv for later plans"
    yield f"{len(changes)} cells changed; the roster is run {found.run.run}"
