"""The roster as a web page."""

from __future__ import annotations

import dataclasses
import html
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from wfm.reports.charts import forecast_chart
from wfm.reports.html_page import write_roster_page


@pytest.fixture
def forecast():
    """Half hours of the roster's week with bands; nothing comes in at the weekend or at night."""
    starts = pd.date_range("2003-03-03", "2003-03-10", freq="30min", tz="America/New_York")[:-1]
    shape = np.where((starts.hour >= 7) & (starts.hour < 21) & (starts.day_of_week < 5), 100.0, 0.0)
    mean = shape * (1 + np.sin(starts.hour / 4) / 3)
    quantiles = (0.025, 0.1, 0.5, 0.9, 0.975)
    bands = {f"q{q}": mean * (0.5 + q) for q in quantiles}
    return pd.DataFrame(
        {"queue": "bank", "interval_start": starts.tz_convert("UTC"), "mean": mean, **bands}
    )


def page(tmp_path, book, forecast=None):
    """Text of the page."""
    write_roster_page(tmp_path / "roster.html", book, forecast=forecast)
    return (tmp_path / "roster.html").read_text(encoding="utf-8")


def pictures(text):
    """The charts, as trees."""
    found = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
    return [ElementTree.fromstring(svg) for svg in found]


def test_charts_and_figures_are_those_of_the_tables(make_book, tmp_path):
    """Tooltips hold every interval's figures; the tiles hold their sums."""
    book = make_book(20)
    text = page(tmp_path, book)
    (chart,) = pictures(text)
    tips = [node.findtext("title") for node in chart.iter("rect") if node.get("class") == "tip"]
    found = re.findall(r"required ([\d.]+), scheduled ([\d.]+)", "\n".join(tips))
    coverage = book.coverage
    assert len(found) == len(tips) > 100
    for k, name in enumerate(("required", "scheduled")):
        assert sum(float(pair[k]) for pair in found) == pytest.approx(coverage[name].sum(), abs=1)
    tiles = dict(re.findall(r"<span>([^<]+)</span><b>([^<]+)</b>", text))
    assert tiles["over"] == f"{coverage['over'].sum() / 2:,.1f} h"
    assert tiles["under"] == f"{coverage['under'].sum() / 2:,.1f} h"
    assert tiles["paid hours"] == f"{book.shifts['paid_s'].sum() / 3600:,.1f}"
    assert tiles["lowest service level"] == f"{coverage['service_level'].min():.0%}"


def test_bars_are_as_high_as_their_figures(make_book, tmp_path):
    """Area of over and under bars stands in the ratio of over and under agent-hours."""
    book = make_book(20)
    (chart,) = pictures(page(tmp_path, book))
    area = dict.fromkeys(("over", "under"), 0.0)
    for node in chart.iter("rect"):
        if node.get("class") in area:
            area[node.get("class")] += float(node.get("height")) * float(node.get("width"))
    expected = book.coverage["over"].sum() / book.coverage["under"].sum()
    assert area["over"] / area["under"] == pytest.approx(expected, rel=0.03)


def test_the_forecast_is_drawn_with_its_bands(make_book, forecast, tmp_path):
    """A panel for each day with contacts, with mean and two bands; closed days are left out."""
    chart = pictures(page(tmp_path, make_book(8), forecast))[-1]
    kinds = [node.get("class") for node in chart.iter("path")]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"mean": 5, "band80": 5, "band95": 5}
    days = [node.text for node in chart.iter("text") if node.get("class") == "day"]
    assert days == ["Mon 3 Mar", "Tue 4 Mar", "Wed 5 Mar", "Thu 6 Mar", "Fri 7 Mar"]


def test_a_forecast_of_nothing_is_no_chart(forecast):
    """Days without contacts give an empty picture, not a broken one."""
    days = [pd.Timestamp("2003-03-08").date()]
    assert forecast_chart(forecast, "America/New_York", days) == ""


def test_the_page_asks_nothing_of_the_network(make_book, forecast, tmp_path):
    """No script, link, import or address of anything outside."""
    text = page(tmp_path, make_book(6), forecast)
    for word in ("<script", "<link", "<img", "<iframe", "@import", "url(", "http://", "https://"):
        assert word not in text
    assert "default-src 'none'" in text


def test_names_cannot_break_the_page(make_book, tmp_path):
    """What looks like markup in any text is shown as it is."""
    evil = '<script>alert("x")</script>'
    book = make_book(3)
    book = dataclasses.replace(
        book,
        centre=evil,
        run=evil,
        facts=[(evil, evil)],
        agents=[dataclasses.replace(p, name=evil, team=evil) for p in book.agents],
        holidays={book.first_day: evil},
        coverage=book.coverage.assign(queue=evil),
    )
    text = page(tmp_path, book)
    assert "<script" not in text
    assert html.escape(evil, quote=False) in text.replace("&#34;", '"').replace("&quot;", '"')
    assert len(pictures(text)) == 1


def test_more_weeks_are_more_charts(make_book, tmp_path):
    """Days keep their width: seven to a chart."""
    assert len(pictures(page(tmp_path, make_book(6, count=14, work_days=14)))) == 2


@pytest.mark.parametrize("queues", [("bank", "cards"), ("bank",)])
def test_every_queue_has_its_chart(make_book, tmp_path, queues):
    """Queues that can be told apart are drawn apart."""
    text = page(tmp_path, make_book(8, queues=queues))
    for queue in queues:
        assert f"Agents by interval: {queue}" in text
    assert len(pictures(text)) == len(queues)


def test_an_empty_roster_is_a_page(make_book, tmp_path):
    """Nobody and nothing to do: figures of zero, no chart."""
    text = page(tmp_path, make_book(0))
    assert pictures(text) == []
    assert "Roster" in text


def test_the_same_book_gives_the_same_bytes(make_book, forecast, tmp_path):
    """No clock gets into the page."""
    book = make_book(5)
    assert page(tmp_path, book, forecast) == page(tmp_path, book, forecast)
