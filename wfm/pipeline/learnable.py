"""Wall-clock history as forecasts learn from it; for any process, with no store or file."""

from __future__ import annotations

import pandas as pd

from wfm.errors import InputError
from wfm.forecast import Demand, demanded
from wfm.pipeline.clock import even_hours

__all__ = ["learnable"]


def learnable(history: pd.DataFrame, demand: str, timezone: str) -> pd.DataFrame:
    """History with hours of one length, and the demand that is asked for by name.

    Raises
    ------
    InputError
        When first visits are asked for and the history does not tell them.
    """
    try:
        return demanded(even_hours(history, timezone), Demand(demand))
    except ValueError as error:
        raise InputError(str(error)) from error
