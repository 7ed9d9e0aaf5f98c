"""``[[queue]]`` of other channels than voice."""

from __future__ import annotations

import pytest

from wfm.config import parse
from wfm.domain import Channel
from wfm.errors import InputError

CENTRE = '[centre]\nname = "Shop"\ntimezone = "Europe/Berlin"\ninterval = "30m"\n'
MAIL = (
    '[[queue]]\nname = "mail"\nchannel = "deferred"\nopen = "always"\nbacklog = 120\n'
    'worked = { mon-fri = "08:00-18:00" }\ntarget = { threshold = "24h" }\n'
)
CHAT = (
    '[[queue]]\nname = "chat"\nchannel = "chat"\nopen = "always"\n'
    'aht_by_level = ["300s", "6m"]\ntarget = { threshold = "60s" }\n'
)


def test_deferred_work_and_chat_are_read() -> None:
    """A promise in hours, the worked hours, the backlog; handle times by number of chats."""
    mail, chat = parse(CENTRE + MAIL + CHAT).queues
    assert mail.channel is Channel.DEFERRED
    assert mail.target.threshold_s == 86_400
    assert mail.worked is not None
    assert mail.worked.week[0] == ((8 * 3600, 18 * 3600),)
    assert mail.worked.week[6] == ()
    assert mail.backlog == 120
    assert chat.aht_by_level_s == (300.0, 360.0)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('channel = "deferred"', 'channel = "voice"', "worked and backlog are for deferred"),
        ('["300s", "6m"]', "300", "one handle time for each number of chats"),
        ('["300s", "6m"]', '["300s", "six"]', "six"),
        ('"08:00-18:00"', '"18:00-08:00"', "18:00-08:00"),
    ],
)
def test_what_a_channel_has_not_is_refused(old: str, new: str, words: str) -> None:
    """Each mistake is told with what is wrong."""
    with pytest.raises(InputError) as refused:
        parse((CENTRE + MAIL + CHAT).replace(old, new))
    assert words in str(refused.value)
