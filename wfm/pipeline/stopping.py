"""Ctrl-C as a wish to stop: the first one asks for the best so far, the second one ends at once."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["stop_on_interrupt"]

_LOG = logging.getLogger(__name__)


@contextmanager
def stop_on_interrupt() -> Iterator[threading.Event]:
    """Event that the first Ctrl-C sets while the block runs; the next one interrupts as usual.

    Outside of the main thread nothing is changed: there signals are not heard.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)

    def heard(number: int, frame: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)
        _LOG.warning("stopping with the best roster so far; Ctrl-C again to give up")

    signal.signal(signal.SIGINT, heard)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
