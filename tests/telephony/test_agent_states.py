"""Agents' time in the words that all switches share."""

import pytest

from wfm import schema
from wfm.telephony import read_asterisk, read_freeswitch
from wfm.telephony.agent_states import stored_states


@pytest.fixture(scope="session")
def recordings(shared):
    """Folder of the recorded runs."""
    return shared / "data" / "telephony"


def test_asterisk_s_words_are_the_common_ones(recordings):
    """Row for row, with reasons; no row without a key of its own."""
    agents = read_asterisk(sorted((recordings / "asterisk_day").glob("queue_log*"))).agents
    kept = stored_states(agents, "pbx")
    assert len(kept) == len(agents)
    assert set(kept["state"]) == {"login", "member", "pause", "talk"}
    assert set(kept.loc[kept["state"] == "pause", "reason"]) >= {"Break"}
    assert not kept.duplicated(list(schema.AGENT_STATE.key)).any()
    assert set(kept["source"]) == {"pbx"}


def test_freeswitch_s_statuses_become_login_and_pause(recordings):
    """A break is a pause within a login; a talk lasts as long as the call state says."""
    path = recordings / "freeswitch_callcenter" / "events.txt.gz"
    agents = read_freeswitch([path]).agents
    kept = stored_states(agents, "fs").set_index("state")
    status = agents[agents["state"] == "status"].groupby("reason").size()
    state = agents[agents["state"] == "state"].groupby("reason").size()
    assert len(kept.loc[["talk"]]) == state["In a queue call"]
    assert len(kept.loc[["pause"]]) == status["On Break"]
    assert len(kept.loc[["login"]]) == status["On Break"] + status["Available"]
    assert set(kept.loc[["pause"], "reason"]) == {"On Break"}


def test_nobody_s_time_is_none(recordings):
    """No rows, all columns."""
    path = recordings / "freeswitch_callcenter" / "events.txt.gz"
    agents = read_freeswitch([path]).agents[:0]
    assert list(stored_states(agents, "x")) == schema.AGENT_STATE.names
    assert stored_states(agents, "x").empty
