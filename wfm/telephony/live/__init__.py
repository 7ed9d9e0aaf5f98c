"""Switches that are followed while they run, over TCP.

A *conversation* (:mod:`ami_conversation`, :mod:`event_socket`) turns bytes into answers and feeds a
*centre* (:mod:`ami_centre`, :mod:`freeswitch_live`), which counts with the same books as the
readers of logs; :mod:`feed` makes the day's intervals, agents' time and gaps of it. None of them
knows a socket or a clock; :mod:`link` is the wire.

Nothing is replayed after a cut, so a feed is for the day itself: what the switch logs is the truth,
and importing it heals what a feed has missed.
"""

from wfm.telephony.live.ami_centre import AmiCentre
from wfm.telephony.live.ami_conversation import AmiConversation
from wfm.telephony.live.conversation import (
    BrokenStreamError,
    Conversation,
    LiveCentre,
    LoginRefusedError,
)
from wfm.telephony.live.event_socket import EventSocketConversation
from wfm.telephony.live.feed import FeedOptions, Gap, LiveFeed
from wfm.telephony.live.freeswitch_live import FreeswitchLive
from wfm.telephony.live.link import Link, LinkLostError, NotTrustedError

__all__ = [
    "AmiCentre",
    "AmiConversation",
    "BrokenStreamError",
    "Conversation",
    "EventSocketConversation",
    "FeedOptions",
    "FreeswitchLive",
    "Gap",
    "Link",
    "LinkLostError",
    "LiveCentre",
    "LiveFeed",
    "LoginRefusedError",
    "NotTrustedError",
]
