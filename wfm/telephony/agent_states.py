"""Agents' time of any switch → login, member, pause and talk, as the store keeps it."""

from __future__ import annotations

import pandas as pd

from wfm import schema

__all__ = ["stored_states"]

_COMMON = ("login", "member", "pause", "talk")
_FREESWITCH = {
    ("status", "Available"): "login",
    ("status", "Available (On Demand)"): "login",
    ("status", "On Break"): "pause",
    ("state", "In a queue call"): "talk",
}


def stored_states(agents: pd.DataFrame, source: str) -> pd.DataFrame:
    """Agents' time (:data:`wfm.schema.AGENT_STATE`) in the words that all switches share.

    Parameters
    ----------
    agents
        :data:`wfm.telephony.visits.AGENT_STATE`.
    source
        Import or switch that told it.

    Notes
    -----
    FreeSWITCH tells one status of the day and one state of the call: an agent on a break is logged
    in too, so a break gives both; ringing, wrapping up and waiting are what is left of the login.
    """
    frame = agents.drop(columns="duration_s").assign(source=source)
    own = frame[frame["state"].isin(_COMMON)]
    words = pd.Series(list(zip(frame["state"], frame["reason"], strict=True)), index=frame.index)
    shared = words.map(_FREESWITCH)
    told = frame[shared.notna()].assign(state=shared[shared.notna()])
    told["reason"] = told["reason"].where(told["state"] == "pause", "")
    breaks = told[told["state"] == "pause"].assign(state="login", reason="")
    every = pd.concat([own, told, breaks], ignore_index=True)
    once = every.drop_duplicates(["agent", "state", "queue", "start"], keep="last")
    return schema.check(once, schema.AGENT_STATE)
