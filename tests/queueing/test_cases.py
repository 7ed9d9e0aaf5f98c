"""Tables of cases: the file contract and its complaints."""

import io

import numpy as np
import pandas as pd
import pytest

from wfm.errors import InputError
from wfm.queueing.cases import MEASURES, batch, required

BATCH = """model,arrivals_per_hour,aht_s,patience_s,agents,threshold_s
erlang_b,150,60,,12,
erlang_c,200,180,,14,20
erlang_c_cont,200,180,,13.5,20
erlang_a,6000,300,120,459,20
"""


def text(csv: str) -> pd.DataFrame:
    """Cells as text, as a reader that trusts nothing hands them over."""
    return pd.read_csv(io.StringIO(csv), dtype=str, keep_default_na=False)


def test_batch_adds_the_measures_in_order():
    """Same rows, same order, the contract's columns at the end, empty where not defined."""
    out = batch(text(BATCH))
    assert tuple(out.columns[-len(MEASURES) :]) == MEASURES
    assert out["model"].tolist() == ["erlang_b", "erlang_c", "erlang_c_cont", "erlang_a"]
    assert out["p_block"].notna().tolist() == [True, False, False, False]
    assert out["p_wait"].notna().tolist() == [False, True, True, True]
    assert out.loc[3, "sl_offered"] == pytest.approx(0.8002, abs=5e-5)


def test_batch_replaces_old_results():
    """A table that was answered before gets its columns once, with the new values."""
    once = batch(text(BATCH))
    stale = once.assign(sl_offered=0.5)
    again = batch(stale)
    assert list(again.columns) == list(once.columns)
    assert again["sl_offered"].equals(once["sl_offered"])


def test_batch_keeps_an_unusual_index():
    """Rows of a filtered table come back with their labels."""
    table = text(BATCH).iloc[[3, 1]]
    assert batch(table).index.tolist() == [3, 1]


def test_all_bad_cells_at_once():
    """Each bad cell is one problem with line, column and what was found."""
    bad = BATCH.replace("erlang_b,150", "erlang_q,15o").replace("300,120,459", "300,,-4")
    with pytest.raises(InputError) as caught:
        batch(text(bad))
    lines = [(problem.row, problem.column, problem.found) for problem in caught.value.problems]
    assert lines == [
        (2, "model", "erlang_q"),
        (2, "arrivals_per_hour", "15o"),
        (5, "patience_s", ""),
        (5, "agents", "-4"),
    ]


def test_missing_columns_are_named():
    """A table without its columns is refused before any cell is looked at."""
    with pytest.raises(InputError, match="aht_s: missing column"):
        batch(text("model,arrivals_per_hour\nerlang_c,100\n"))


def test_definitions_may_be_written_out():
    """A definition by name and by fraction is the same definition."""
    head = "model,arrivals_per_hour,aht_s,patience_s,sl_definition,sl_target,threshold_s\n"
    names = ["excl_short_abandon", "answered_within_T/(offered-abandoned_within_T)"]
    rows = [f"erlang_a,12000,60,120,{name},0.95,30\n" for name in names]
    out = required(text(head + "".join(rows)))
    assert out["agents_required"].tolist() == [171, 171]
    assert out["agents_required"].dtype == np.int64


def test_a_target_of_one_is_refused():
    """No number of agents answers every call in time."""
    head = "model,arrivals_per_hour,aht_s,patience_s,sl_definition,sl_target,threshold_s\n"
    with pytest.raises(InputError, match="sl_target: must be a number from 0 to below 1"):
        required(text(head + "erlang_c,100,180,,offered,1,20\n"))


def test_a_load_beyond_counting_is_a_bad_cell():
    """1e20 contacts an hour are told with their line, not tried for ever."""
    head = "model,arrivals_per_hour,aht_s,patience_s,sl_definition,sl_target,threshold_s\n"
    rows = "erlang_c,100,180,,offered,0.8,20\nerlang_c,1e20,180,,offered,0.8,20\n"
    with pytest.raises(InputError, match=r"3: arrivals_per_hour: makes a load of 1e\+15 erlang"):
        required(text(head + rows))
