"""Log lines as JSON, one object a line, for machines that read them."""

from __future__ import annotations

import datetime as dt
import json
import logging

__all__ = ["JsonLines"]


class JsonLines(logging.Formatter):
    """Time (UTC), level, logger, message and the facts that the line came with."""

    def format(self, record: logging.LogRecord) -> str:
        """Give a record as one line of JSON."""
        time = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line = {
            "time": time,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
