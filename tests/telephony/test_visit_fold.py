"""Visits into intervals: one outcome for every contact, and days with a clock change whole."""

import datetime as dt

import pandas as pd
import pytest

from wfm.intervals import day_intervals
from wfm.telephony import Attribution, RunningSums, fold_intervals, read_asterisk
from wfm.telephony.visits import Outcome

CHANGES = [
    ("Europe/Madrid", "2026-03-29", 92),
    ("Europe/Madrid", "2026-10-25", 100),
    ("America/New_York", "2026-03-08", 92),
    ("America/New_York", "2026-11-01", 100),
]


@pytest.mark.parametrize(("timezone", "day", "many"), CHANGES)
def test_a_day_with_a_clock_change(tmp_path, timezone, day, many):
    """Three calls in each quarter hour of the local day: 92 or 100 rows of three, none shifted."""
    starts = day_intervals(dt.date.fromisoformat(day), timezone, 900)
    lines = []
    for number, start in enumerate(starts):
        epoch = int(start.timestamp())
        for k, way in enumerate(("ABANDON|1|1|4", "EXITEMPTY|1|1|4", "EXITWITHTIMEOUT|1|1|4")):
            call = f"{epoch + 300 * k}.{number}"
            lines.append(f"{epoch + 300 * k}|{call}|q|NONE|ENTERQUEUE||5|1")
            lines.append(f"{epoch + 300 * k + 4}|{call}|q|NONE|{way}")
    path = tmp_path / "queue_log"
    path.write_text("\n".join(lines) + "\n")
    result = read_asterisk([path])
    made = result.intervals(900, threshold_s=20, short_s=5, timezone=timezone, quiet=True)
    assert len(made) == many
    assert made["interval_start"].tolist() == list(starts)
    columns = ["offered", "abandoned", "empty_exit", "timeout"]
    assert set(map(tuple, made[columns].values.tolist())) == {(3, 1, 1, 1)}
    hourly = result.intervals(3600, threshold_s=20, short_s=5, timezone=timezone)
    assert hourly["offered"].tolist() == [12] * (many // 4)


def test_a_visit_without_an_outcome_is_a_bug(shared):
    """The sum of the seven outcomes is held against offered in every row."""
    log = list((shared / "data/telephony/asterisk_sip").glob("queue_log*"))
    visits = read_asterisk(log).visits
    made = fold_intervals(visits, 60, threshold_s=20, short_s=5)
    assert (made[[str(outcome) for outcome in Outcome]].sum(axis=1) == made["offered"]).all()
    visits.loc[visits.index[3], "outcome"] = "unheard of"
    with pytest.raises(ValueError, match="has no outcome or two"):
        fold_intervals(visits, 60, threshold_s=20, short_s=5)


@pytest.mark.parametrize("attribution", list(Attribution))
def test_visits_that_are_counted_and_let_go(shared, tmp_path, monkeypatch, attribution):
    """Twelve days of the recorded morning: the same intervals, agents' time and state in less."""
    folder = shared / "data/telephony/asterisk_day"
    paths = sorted(folder.glob("queue_log*"), reverse=True)
    lines = [line for path in paths for line in path.read_text().splitlines()]
    log = tmp_path / "queue_log"
    with log.open("w") as stream:
        for day in range(12):
            for line in lines:
                epoch, call, rest = line.split("|", 2)
                shifted = (
                    f"{int(epoch) + 86_400 * day}|{call}{day if call[0] == '1' else ''}|{rest}"
                )
                stream.write(f"{shifted}\n")
    monkeypatch.setattr("wfm.telephony.asterisk._AT_ONCE", 300)
    how = {"threshold_s": 20, "short_s": 5, "attribution": attribution}
    whole = read_asterisk([log])
    less = read_asterisk([log], sums=RunningSums(900, 20, 5, attribution))
    assert len(less.visits) < len(whole.visits) / 2
    pd.testing.assert_frame_equal(less.intervals(900, **how), whole.intervals(900, **how))
    pd.testing.assert_frame_equal(less.agents, whole.agents)
    assert less.state.dump() == whole.state.dump()
    with pytest.raises(ValueError, match="another way"):
        less.intervals(1800, **how)
