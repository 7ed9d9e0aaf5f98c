"""``wfm telephony``: follow a switch while it runs, ask a cloud for days that are over."""

from __future__ import annotations

import datetime as dt
import signal
import threading
from types import FrameType
from typing import Annotated

import typer

from wfm.cli.options import (
    CONFIG,
    ConfigOption,
    JsonOption,
    StoreOption,
    date,
    duration,
    echo_json,
    now,
    project,
)

__all__ = ["register"]

group = typer.Typer(
    help="Switches and clouds that wfm.toml names, over the network.",
    no_args_is_help=True,
)

SourceArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="SOURCE", help="Name of the source in wfm.toml (default: the only one)."
    ),
]


@group.command("watch")
def watch_switch(
    source: SourceArgument = None,
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    length: Annotated[
        str | None, typer.Option("--for", help="Stop after this time, like 8h (default: never).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Follow Asterisk or FreeSWITCH: today's intervals and agents' time stay current.

    Goes on until Ctrl-C or SIGTERM, which keep everything. A cut connection is tried again; what
    it missed is in the issues, and importing the switch's log fills it.
    """
    from wfm.pipeline.intake.watch import switch_of, watch
    from wfm.pipeline.secrets import read_secret

    centre = project(config, store)
    settings = switch_of(centre, source, live=True)
    secret = read_secret(settings, centre.root)
    stop = threading.Event()
    _stop_by_signal(stop)
    timer = threading.Timer(duration(length, "--for"), stop.set) if length else None
    if timer is not None:
        timer.daemon = True
        timer.start()
    typer.echo(f"following {settings.name} at {settings.host}:{settings.port}", err=True)
    done = watch(centre, settings, secret, stop)
    gap_s = sum(gap.end - gap.start for gap in done.gaps)
    if as_json:
        facts = {"connections": done.connections, "gaps": len(done.gaps), "gap_s": round(gap_s)}
        echo_json({"source": settings.name, "intervals": done.intervals, **facts})
        return
    typer.echo(
        f"{done.intervals} intervals written over {done.connections} connections; nothing heard "
        f"for {dt.timedelta(seconds=round(gap_s))} (h:mm:ss) in {len(done.gaps)} gaps"
    )


@group.command("fetch")
def fetch_days(
    source: SourceArgument = None,
    first: Annotated[
        str | None, typer.Option("--from", help="First day (default: the day before yesterday).")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Last day, included (default: yesterday).")
    ] = None,
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask Amazon Connect or Genesys Cloud for the intervals of days that are over.

    All days or none are stored; the same days again change only what the cloud has corrected.
    """
    from wfm.pipeline.intake.fetch import fetch, last_days
    from wfm.pipeline.intake.watch import switch_of

    centre = project(config, store)
    settings = switch_of(centre, source, live=False)
    usual = last_days(centre, now())
    done = fetch(centre, settings, date(first) or usual[0], date(last) or usual[1], now=now())
    issues = done.issues.groupby("kind").size().to_dict() if len(done.issues) else {}
    if as_json:
        counts = {"new": done.new, "changed": done.changed, "unchanged": done.unchanged}
        echo_json(
            {"source": settings.name, "intervals": done.intervals, **counts, "issues": issues}
        )
        return
    typer.echo(
        f"{done.intervals} intervals of {settings.name}: {done.new} new, {done.changed} changed, "
        f"{done.unchanged} unchanged"
    )
    for kind, count in issues.items():
        typer.echo(f"note: {kind} × {count}", err=True)


def _stop_by_signal(stop: threading.Event) -> None:
    """Let Ctrl-C and SIGTERM end the watch in good order; a second Ctrl-C ends it at once."""

    def on_signal(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else _interrupt)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)


_interrupt = signal.default_int_handler


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="telephony")
