"""Options of ``wfm import``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "AcceptOption",
    "AgentsOption",
    "AttributionOption",
    "CallerHashKeyEnvOption",
    "CdrOption",
    "GuessOption",
    "IntervalOption",
    "ListingOption",
    "OutOption",
    "ProfileOption",
    "QueueOption",
    "RereadOption",
    "ScenarioOption",
    "SheetOption",
    "ShortOption",
    "StateOption",
    "TableOption",
    "ThresholdOption",
    "TimezoneOption",
    "VisitsOption",
    "WordsArgument",
]

WordsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FORMAT] FILE…",
        help="A format of --list, then files; no format with --profile or --guess.",
    ),
]
ListingOption = Annotated[bool, typer.Option("--list", help="List the formats, then stop.")]
ProfileOption = Annotated[
    Path | None, typer.Option("--profile", help="Mapping profile of your own (TOML).")
]
GuessOption = Annotated[
    bool, typer.Option("--guess", help="Propose a mapping profile for FILE; --out writes it.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Write the intervals here, not into the store.")
]
TimezoneOption = Annotated[
    str | None, typer.Option("--timezone", help="Zone of wall-clock times (default: centre's).")
]
IntervalOption = Annotated[
    str | None, typer.Option("--interval", help="Planning interval (default: centre's).")
]
QueueOption = Annotated[
    str | None, typer.Option("--queue", help="Queue of files without a queue column.")
]
SheetOption = Annotated[
    str | None, typer.Option("--sheet", help="Sheet of a workbook (default: the first).")
]
AcceptOption = Annotated[
    str | None,
    typer.Option("--accept", help="Tolerances, separated by commas; errors name them."),
]
ThresholdOption = Annotated[
    str, typer.Option("--threshold", help="Call records: answer threshold.")
]
ShortOption = Annotated[str, typer.Option("--short", help="Call records: longest short abandon.")]
AttributionOption = Annotated[
    str, typer.Option("--attribution", help="Call records: by arrival or by event.")
]
VisitsOption = Annotated[
    Path | None, typer.Option("--visits", help="Call records: write the queue visits here.")
]
AgentsOption = Annotated[
    Path | None, typer.Option("--agents", help="Call records: write the agents' time here.")
]
TableOption = Annotated[str, typer.Option("--table", help="asterisk-table: name of the table.")]
CdrOption = Annotated[
    list[Path] | None,
    typer.Option("--cdr", help="Asterisk: Master.csv, to tell calls refused at the door."),
]
StateOption = Annotated[
    Path | None,
    typer.Option("--state", help="With --out: read on from here, keep the files up to date."),
]
RereadOption = Annotated[
    bool, typer.Option("--reread", help="Call records: from the start of the log again.")
]
CallerHashKeyEnvOption = Annotated[
    str | None,
    typer.Option(
        "--caller-hash-key-env",
        help="Variable with a key: callers' numbers are hashed with it, else dropped.",
    ),
]
ScenarioOption = Annotated[
    str, typer.Option("--scenario", help="budget: name to keep the workbook's plan under.")
]
