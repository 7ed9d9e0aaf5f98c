"""Issues of events that could not be counted: the same one many times is one row."""

from __future__ import annotations

import pandas as pd

from wfm import schema
from wfm.telephony.findings import Findings

__all__ = ["take_issues"]


def take_issues(findings: Findings) -> pd.DataFrame:
    """Issues found (:data:`wfm.schema.ISSUE`), each once with its number; they are forgotten."""
    times: dict[tuple[object, ...], int] = {}
    for issue in findings.issues:
        key = tuple(issue[name] for name in schema.ISSUE.names)
        times[key] = times.get(key, 0) + 1
    findings.issues.clear()
    frame = pd.DataFrame(list(times), columns=schema.ISSUE.names)
    frame["found"] = [
        f"{found} × {count}" if count > 1 else found
        for found, count in zip(frame["found"], times.values(), strict=True)
    ]
    return schema.check(frame, schema.ISSUE)
