"""The ``wfm`` command: its groups, and the only place that turns errors into exit codes."""

from __future__ import annotations

import inspect
import logging
import os
import sys
from typing import Annotated

import typer

from wfm import __version__
from wfm.cli import (
    backtest,
    capacity,
    check,
    erlang,
    explain,
    export,
    forecast,
    import_history,
    init,
    launch,
    nightly,
    plan,
    runs,
    schedule,
    simulate,
    staff,
    telephony,
)
from wfm.cli.json_log import JsonLines
from wfm.errors import InputError, WfmError

__all__ = ["app", "main"]

app = typer.Typer(
    name="wfm",
    help="Plan a contact centre: forecast, staff, schedule, roster.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


_INTERRUPTED = 130
"""Exit code of Ctrl-C, as shells have it."""


def _version(value: bool) -> None:
    if value:
        typer.echo(f"wfm {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the trace of an error, and log more.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what is done.")] = False,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Log as JSON, one object a line.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Set up logging to stderr; results go to stdout."""
    level = logging.DEBUG if debug else logging.INFO if verbose or log_json else logging.WARNING
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    if log_json:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(JsonLines())
    # How far a long job is goes to a bar on a terminal; where there is none, to lines of the log.
    logging.getLogger("wfm.reports.console_progress").setLevel(min(level, logging.INFO))
    if debug:
        os.environ["WFM_DEBUG"] = "1"


for group in (
    init,
    launch,
    import_history,
    check,
    forecast,
    backtest,
    staff,
    schedule,
    plan,
    simulate,
    export,
):
    group.register(app)
nightly.register(app)
capacity.register(app)
runs.register(app)
telephony.register(app)
erlang.register(app)
explain.register(app)


def _unwrap(group: typer.Typer) -> None:
    """Let the terminal wrap the paragraphs of every help text, not the lines of the source."""
    for command in group.registered_commands:
        text = command.help or inspect.getdoc(command.callback) or ""
        command.help = "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))
    for inner in group.registered_groups:
        if inner.typer_instance:
            _unwrap(inner.typer_instance)


_unwrap(app)


def main() -> None:
    """Run the command line; every :class:`WfmError` becomes its message and exit code.

    What the operating system refuses (a folder in place of a file, no rights, a full disk) is
    exit 3; anything else that is raised is a bug, exit 1. ``--debug`` shows the trace of each.
    """
    # Small matrices: threads of the linear algebra library wait for one another.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app()
    except SystemExit as stop:
        if stop.code == _INTERRUPTED:
            typer.echo(
                "interrupted; finished runs and files stay, nothing is half-written", err=True
            )
        raise
    except BrokenPipeError:
        # The reader (head, less) is gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("WFM_DEBUG"):
            raise
        _tell(error)
        sys.exit(_exit_code(error))


def _exit_code(error: Exception) -> int:
    if isinstance(error, WfmError):
        return error.exit_code
    return InputError.exit_code if isinstance(error, OSError) else WfmError.exit_code


def _tell(error: Exception) -> None:
    """One line per problem on stderr."""
    if isinstance(error, InputError):
        lines = [str(error)]
        if len(error.problems) > 1:
            lines.append(f"{len(error.problems)} problems; nothing was written")
    elif isinstance(error, WfmError):
        lines = [f"error: {error}"]
    elif isinstance(error, OSError):
        name = error.filename2 or error.filename
        lines = [f"error: {name}: {error.strerror}" if name else f"error: {error}"]
    else:
        kind = type(error).__name__
        lines = [f"error: {kind}: {error}; this is a bug of wfm, `wfm --debug …` shows its trace"]
    for line in lines:
        typer.echo(line, err=True)
