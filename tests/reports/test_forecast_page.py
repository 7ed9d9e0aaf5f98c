"""A forecast as a web page: pictures that can be read, figures that are those of the tables."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from wfm.reports import QueuePicture, write_forecast_page

ZONE = "Europe/Berlin"
SVG = re.compile(r"<svg .*?</svg>", re.DOTALL)


def intervals(first: str, days: int) -> pd.Series:
    """Half hours of some days, UTC."""
    start = pd.date_range(first, periods=48 * days, freq="30min", tz=ZONE, unit="us")
    return pd.Series(start.tz_convert("UTC"))


@pytest.fixture
def picture() -> QueuePicture:
    """Ten days ahead with an outage-free past of ten days, two days of it inside the forecast."""
    start = intervals("2026-03-02", 10)
    hour = start.dt.tz_convert(ZONE).dt.hour
    mean = np.where((hour >= 8) & (hour < 18), 20.0, 0.0)
    frame = pd.DataFrame({"queue": "a<b", "interval_start": start, "mean": mean})
    for q in (0.025, 0.1, 0.5, 0.9, 0.975):
        frame[f"q{q:g}"] = mean * (0.5 + q)
    came = intervals("2026-02-22", 10)
    actual = dict(
        zip(came, np.where(came.dt.tz_convert(ZONE).dt.hour == 9, 30.0, 0.0), strict=True)
    )
    dates = [dt.date(2026, 3, 2) + dt.timedelta(days=k) for k in range(10)]
    bands = pd.DataFrame({"q0.1": 300.0, "q0.9": 500.0}, index=dates)
    return QueuePicture("a<b", frame, actual, bands, ("Model: x & y.",))


def page(tmp_path: Path, picture: QueuePicture) -> str:
    """Text of the page of one queue."""
    path = tmp_path / "page.html"
    write_forecast_page(path, "Forecast", ZONE, [picture])
    return path.read_text(encoding="utf-8")


def test_every_picture_is_whole(tmp_path: Path, picture: QueuePicture) -> None:
    """One chart of days, two of intervals; each is XML, with lines, bands and tips."""
    charts = [ElementTree.fromstring(text) for text in SVG.findall(page(tmp_path, picture))]
    assert len(charts) == 3
    kinds = [[part.get("class") for part in chart.iter() if part.tag == "path"] for chart in charts]
    assert kinds[0] == ["band80", "mean", "actual"]
    assert kinds[1].count("band95") == 7
    assert kinds[1].count("actual") == 2
    tips = [part.text for part in charts[0].iter("title")]
    assert "Mon 2026-03-02: 60 came, 400 expected" in tips
    assert "Wed 2026-03-04, 400 expected" in tips


def test_the_page_stands_alone_and_is_escaped(tmp_path: Path, picture: QueuePicture) -> None:
    """No script, no address; names and lines are text."""
    text = page(tmp_path, picture)
    assert "a&lt;b" in text
    assert "<b>" not in text
    assert "x &amp; y" in text
    assert "script" not in text
    assert "://" not in text


def test_a_forecast_without_bands_or_past_is_drawn(tmp_path: Path, picture: QueuePicture) -> None:
    """A new queue has a mean line and nothing else."""
    plain = QueuePicture("new", picture.forecast[["queue", "interval_start", "mean"]], {})
    charts = [ElementTree.fromstring(text) for text in SVG.findall(page(tmp_path, plain))]
    kinds = {part.get("class") for chart in charts for part in chart.iter() if part.tag == "path"}
    assert kinds == {"mean"}
