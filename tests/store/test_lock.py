"""One watch of a switch at a time, on each kind of store; a dead one never blocks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from wfm.errors import LockedError
from wfm.store import open_store

HOLD = """
import sys, time
from wfm.store import open_store
with open_store(sys.argv[1]) as store, store.watch_lock("pbx"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_switch_is_watched_once(where):
    """The second is turned away and told by whom; other switches and the night are free."""
    with open_store(where) as first, open_store(where) as second:
        with first.watch_lock("pbx") as renew:
            said = rf"another watch of 'pbx' is running \(process {os.getpid()} on .*since 0 min"
            with pytest.raises(LockedError, match=said):
                second.watch_lock("pbx").__enter__()
            renew()
            with second.watch_lock("pbx2"), second.night_lock():
                assert first.night_running()
                with pytest.raises(LockedError, match="watch of 'pbx2'"):
                    first.watch_lock("pbx2").__enter__()
        with second.watch_lock("pbx"):
            pass


def test_a_killed_watch_does_not_block(where):
    """Neither its file nor its connection outlives it."""
    command = [sys.executable, "-c", HOLD, str(where)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with open_store(where) as store:
            with pytest.raises(LockedError, match=f"process {process.pid} on"):
                store.watch_lock("pbx").__enter__()
            process.send_signal(signal.SIGKILL)
            process.wait()
            until = time.monotonic() + 5
            while True:
                try:
                    with store.watch_lock("pbx"):
                        return
                except LockedError:
                    assert time.monotonic() < until
                    time.sleep(0.02)
