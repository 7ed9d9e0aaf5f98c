"""State of a mod_callcenter reading: kept and gone on from anywhere, nothing differs."""

import gzip

import pytest

from wfm.errors import InputError
from wfm.telephony.findings import Findings
from wfm.telephony.freeswitch_centre import FreeswitchCentre, blocks_of
from wfm.telephony.freeswitch_state import dump_centre, load_centre


@pytest.fixture(scope="session")
def events(shared):
    """Recorded events in order."""
    path = shared / "data" / "telephony" / "freeswitch_callcenter" / "events.txt.gz"
    return list(blocks_of(gzip.decompress(path.read_bytes()).decode()))


def test_a_kept_state_goes_on_as_if_nothing_had_been(events):
    """Dumped and loaded after every 37th event: the same visits and stretches; no numbers in it."""
    whole, cut = FreeswitchCentre(Findings("a")), FreeswitchCentre(Findings("b"))
    for place, block in enumerate(events):
        whole.feed(block)
        cut.feed(block)
        if place % 37 == 0:
            text = dump_centre(cut)
            assert "55501" not in text
            cut = load_centre(text, Findings("b"))
    assert cut.visits() == whole.visits()
    assert cut.agent_spans() == whole.agent_spans()


def test_old_days_are_forgotten(events):
    """What goes on stays, whatever its age."""
    centre = FreeswitchCentre(Findings("a"))
    for block in events[: len(events) // 2]:
        centre.feed(block)
    still, spans = dict(centre.open), dict(centre.spans)
    assert still
    assert spans
    centre.forget(centre.last_epoch + 1)
    assert not centre.closed
    assert not centre.past_spans
    assert not centre.sessions
    assert (centre.open, centre.spans) == (still, spans)


@pytest.mark.parametrize("text", ["", "{}", '{"version": 9}', "[1]", "null"])
def test_what_is_no_state_is_refused(text):
    """With what to do about it."""
    with pytest.raises(InputError, match="remove the state"):
        load_centre(text, Findings("a"))
