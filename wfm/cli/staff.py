"""``wfm staff``: agents per interval."""

from __future__ import annotations

import typer

from wfm.cli.options import (
    CONFIG,
    ConfigOption,
    InOption,
    JsonOption,
    OutOption,
    RunOption,
    StoreOption,
    echo_json,
    now,
    project,
)

__all__ = ["register", "staff"]


def staff(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    source: InOption = None,
    out: OutOption = None,
    run: RunOption = None,
    as_json: JsonOption = False,
) -> None:
    """Turn a forecast into agents per interval by each queue's model and target."""
    from wfm.pipeline.staff import (
        agent_hours,
        read_forecast,
        requirement_of,
        staff_stored,
        stored_rows,
    )

    centre = project(config, store)
    made = None
    if source is not None or out is not None:
        rows = read_forecast(source, centre) if source else stored_rows(centre, "forecast", run)[1]
        requirement = requirement_of(centre, rows)
    if source is None and out is None:
        record, requirement = staff_stored(centre, now=now(), run=run)
        made = record.run
    if out is not None:
        from wfm.reports import write_frame

        write_frame(out, requirement)
    peak = requirement.groupby("queue")["agents_required"].max()
    if as_json:
        facts = {"run": made, "intervals": len(requirement), "peak_agents": peak.to_dict()}
        echo_json({**facts, "agent_hours": agent_hours(requirement)})
        return
    for queue, agents in peak.items():
        rows = requirement[requirement["queue"] == queue]
        typer.echo(
            f"{queue}: {agent_hours(rows):,.1f} agent-hours, at most {agents:.1f} agents at once"
        )
    if out is not None:
        typer.echo(f"written to {out}")
    elif made:
        typer.echo(f"run {made}")
    else:
        typer.echo("nothing kept; give --out FILE to keep it")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(staff)
