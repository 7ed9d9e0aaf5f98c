"""What the switch counted → interval history.

The only place that knows the words of switches and their exports. Two ways lead in.

*Intervals that the switch has summed*: a reader takes a file apart (:mod:`csv_table`,
:mod:`excel_table`), gives every cell its kind (:mod:`typed_rows`, :mod:`clock`) and puts the rows
on the plan's grid (:mod:`grid`, :mod:`fold`). Whatever cannot be right is refused, all of it at
once, with file, row and column (:mod:`findings`); what the user lets through by name is a row of
the issues. :mod:`genesys` brings aggregates the same way.

*Interval exports of other switches* go the same way through a mapping profile (:mod:`profile`,
:mod:`profile_import`); for one that nobody has described, a profile can be guessed
(:mod:`profile_guess`).

*Call records*: a switch's log or records (:mod:`asterisk`, :mod:`freeswitch`, :mod:`connect`)
become queue visits and stretches of agent time (:mod:`visits`), and intervals are sums over visits
(:mod:`visit_fold`), so that a call that overflows, is handed on or lost in a restart counts once in
each queue it entered and has one outcome there. Logs may come rotated, packed and in instalments
(:mod:`log_files`), or as a table (:mod:`asterisk_table`); what a queue refused at its door is told
by call detail records (:mod:`asterisk_cdr`).

*Switches that run* are followed over the network by :mod:`live`, which counts with the same books.

*Others* get what was collected in their own layouts (:mod:`interval_feed`, :mod:`agent_feed`).

What looks wrong in a history though it may be right is told by :mod:`cleaning`. All ways end in
:data:`wfm.schema.INTERVAL_HISTORY`, in UTC. Callers' numbers go nowhere; on
request a keyed hash tells who calls again (:mod:`callers`).
"""

from wfm.telephony.agent_feed import AGENT_LAYOUTS, agent_feed, state_changes
from wfm.telephony.agent_states import stored_states
from wfm.telephony.asterisk import AsteriskImport, read_asterisk
from wfm.telephony.asterisk_cdr import find_refused
from wfm.telephony.asterisk_state import AsteriskState
from wfm.telephony.asterisk_table import last_row_read, read_asterisk_table
from wfm.telephony.callers import caller_hash, repeat_share
from wfm.telephony.cleaning import Doubts, find_doubts, find_long_visits
from wfm.telephony.connect import read_connect
from wfm.telephony.connect_metrics import read_connect_metrics
from wfm.telephony.findings import TOLERANCES
from wfm.telephony.freeswitch import read_freeswitch
from wfm.telephony.freeswitch_cdr import read_freeswitch_cdr
from wfm.telephony.genesys import read_genesys
from wfm.telephony.interval_feed import INTERVAL_LAYOUTS, interval_feed
from wfm.telephony.interval_import import IntervalImport, read_csv, read_excel
from wfm.telephony.options import ImportOptions
from wfm.telephony.profile import Profile, load_profile, profile_names
from wfm.telephony.profile_guess import Proposal, propose_profile
from wfm.telephony.profile_import import Guess, guess_profiles, read_profile
from wfm.telephony.profile_text import profile_text
from wfm.telephony.visit_fold import Attribution, RunningSums, fold_intervals
from wfm.telephony.visit_import import VisitImport
from wfm.telephony.visits import AGENT_STATE, VISIT

__all__ = [
    "AGENT_LAYOUTS",
    "AGENT_STATE",
    "INTERVAL_LAYOUTS",
    "TOLERANCES",
    "VISIT",
    "AsteriskImport",
    "AsteriskState",
    "Attribution",
    "Doubts",
    "Guess",
    "ImportOptions",
    "IntervalImport",
    "Profile",
    "Proposal",
    "RunningSums",
    "VisitImport",
    "agent_feed",
    "caller_hash",
    "find_doubts",
    "find_long_visits",
    "find_refused",
    "fold_intervals",
    "guess_profiles",
    "interval_feed",
    "last_row_read",
    "load_profile",
    "profile_names",
    "profile_text",
    "propose_profile",
    "read_asterisk",
    "read_asterisk_table",
    "read_connect",
    "read_connect_metrics",
    "read_csv",
    "read_excel",
    "read_freeswitch",
    "read_freeswitch_cdr",
    "read_genesys",
    "read_profile",
    "repeat_share",
    "state_changes",
    "stored_states",
]
