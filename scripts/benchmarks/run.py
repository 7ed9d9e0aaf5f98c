"""Run the asked sections and print one dated table (Markdown)."""

from __future__ import annotations

import datetime as dt
import importlib
import os
import platform
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

SECTIONS = ("help", "erlang", "simulate", "forecast", "schedule", "plan", "nightly", "telephony")


def main() -> None:
    """Print the table."""
    asked = sys.argv[1:] or list(SECTIONS)
    strange = [name for name in asked if name not in SECTIONS]
    if strange:
        sys.exit(f"no such section: {', '.join(strange)}; known are {', '.join(SECTIONS)}")
    print(f"{dt.date.today()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| section | case | measured | target |\n|---|---|---|---|")
    for name in asked:
        began = time.perf_counter()
        for row in importlib.import_module(f"bench_{name}").rows():
            print(f"| {row.section} | {row.case} | {row.figure} | {row.target} |", flush=True)
        print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
