"""``wfm launch``: a centre from the ground up."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.options import JsonOption, echo_json
from wfm.errors import UsageError

if TYPE_CHECKING:
    from wfm.config.launch import LaunchAnswers
    from wfm.pipeline.launching.launch import Launched
    from wfm.pipeline.launching.questions import Question

__all__ = ["launch", "register"]


def launch(
    folder: Annotated[
        Path | None, typer.Argument(help="Project folder to make.", metavar="DIR")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option("--answers", help="TOML of answers; asked for when left out.")
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print an annotated answers file, and do no more.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Plan a centre that is to open: volumes, agents, people, hiring, site, money, disasters."""
    import datetime as dt

    from wfm.pipeline.launching.launch import launch_centre
    from wfm.pipeline.launching.questions import template_text
    from wfm.pipeline.launching.report import write_launch
    from wfm.reports import stage_progress

    if template:
        typer.echo(template_text(), nl=False)
        return
    if folder is None:
        raise UsageError("name the folder to make: wfm launch DIR")
    given, beside = _answers(answers)
    now = dt.datetime.now(dt.UTC)
    with stage_progress("launching") as progress:
        made = launch_centre(given, folder, beside=beside, now=now, tell=progress.stage)
        progress.stage("writing")
        pages = write_launch(made, folder, today=now.date())
    if as_json:
        echo_json(_facts(made, [*made.files, *pages]))
        return
    _tell(made, pages, folder)


def _answers(path: Path | None) -> tuple[LaunchAnswers, Path]:
    from wfm.config.launch import load_answers, parse_answers
    from wfm.pipeline.launching.questions import ask_all

    if path is not None:
        return load_answers(path), path.parent
    if not sys.stdin.isatty():
        fix = "write them with `wfm launch --template > answers.toml`, then --answers answers.toml"
        raise UsageError(f"there is nobody to ask for the answers; {fix}")

    def ask(question: Question) -> str:
        return str(typer.prompt(question.text, default=question.default or None))

    def more() -> bool:
        return typer.confirm("Another queue?", default=False)

    text = ask_all(ask, more, lambda problem: typer.echo(f"  {problem}; once more:"))
    return parse_answers(text), Path()


def _facts(made: Launched, files: list[Path]) -> dict[str, object]:
    plan = made.hiring.plan
    return {
        "files": [str(path) for path in files],
        "opening_day": str(made.answers.opening_day),
        "opening_heads": made.opening_heads,
        "contacts_a_month": made.volumes.spread.set_index("queue")["taken"].to_dict(),
        "classes": [
            {
                "class": one.held.name,
                "size": one.held.size,
                "requisition": str(one.requisition),
                "start": str(one.held.start),
                "on_contacts": str(one.on_contacts),
            }
            for one in made.hiring.classes
        ],
        "hiring_status": str(made.hiring.status),
        "hiring_gap": made.hiring.gap,
        "total_cost": plan.total_cost,
        "disaster": made.disaster.to_dict("records"),
    }


def _tell(made: Launched, pages: list[Path], folder: Path) -> None:
    from wfm.pipeline.launching.readiness import readiness_of

    currency = made.answers.currency
    for row in made.volumes.spread.itertuples():
        typer.echo(
            f"{row.queue}: {row.taken:,.0f} contacts a month "
            f"(estimates {row.low:,.0f} to {row.high:,.0f})"
        )
    typer.echo(
        f"{made.opening_heads} agents on the opening day {made.answers.opening_day}, "
        f"{len(made.hiring.classes)} classes, {made.hiring.status} within {made.hiring.gap:.2%}"
    )
    for one in made.hiring.classes:
        typer.echo(
            f"  {one.held.name}: {one.held.size} people, ask by {one.requisition}, "
            f"train from {one.held.start}, on the contacts {one.on_contacts}"
        )
    typer.echo(f"{made.hiring.plan.total_cost:,.0f} {currency} over {made.months} months")
    today = made.made_on
    for check in readiness_of(made, today=today):
        if check.good is not True:
            mark = "open" if check.good is None else "NO"
            typer.echo(f"readiness: {mark}: {check.name}: {check.found}")
    for path in [*made.files, *pages]:
        typer.echo(f"wrote {path}")
    typer.echo(f"\nNext, in {folder}: wfm capacity, wfm plan --from {made.first_monday}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(launch)
