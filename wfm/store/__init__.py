"""The only room with SQL: interval history, issues, runs and their results.

A store is one SQLite file in the project's folder (WAL, so that readers never wait for the
writer) or the same tables on PostgreSQL by URL. The tables come from :mod:`wfm.schema`
(:mod:`tables`), older databases are brought up to date on opening and newer ones refused
(:mod:`migrate`). Every change is one transaction of one writer (:mod:`engine`): an import corrects
intervals by queue and start (:mod:`history`), a run is kept with all its tables and never changed
(:mod:`store`). Nights grow queue by queue under a lock (:mod:`nights`, :mod:`lock`), and which of
their forecasts is in force, how right each was and what may go stands beside them
(:mod:`versions`). The one foreign table that is read, never written, is a switch's queue log
(:mod:`queue_log_table`).
"""

from wfm.store.history import ImportCounts
from wfm.store.lock import NightLock
from wfm.store.nights import NewChoice, QueueChoice, QueueOutcome
from wfm.store.queue_log_table import QueueLogRow, QueueLogTable
from wfm.store.run import ABANDONED, HELD, NIGHTLY, RUNNING, Run
from wfm.store.store import Store, open_store

__all__ = [
    "ABANDONED",
    "HELD",
    "NIGHTLY",
    "RUNNING",
    "ImportCounts",
    "NewChoice",
    "NightLock",
    "QueueChoice",
    "QueueLogRow",
    "QueueLogTable",
    "QueueOutcome",
    "Run",
    "Store",
    "open_store",
]
