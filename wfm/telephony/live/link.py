"""The wire: a TCP connection that says when nothing comes, and when it is gone."""

from __future__ import annotations

import contextlib
import socket
from types import TracebackType

__all__ = ["Link", "LinkLostError"]

_AT_ONCE = 1 << 16


class LinkLostError(Exception):
    """The connection is gone, or never was."""


class Link:
    """An open connection; use it as a context manager.

    Parameters
    ----------
    host, port
        Where the switch listens.
    timeout_s
        Longest time to wait for the connection, and for the switch to take what we say [s].

    Raises
    ------
    LinkLostError
        When there is no connection.
    """

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        try:
            self._socket = socket.create_connection((host, port), timeout=timeout_s)
        except OSError as error:
            raise LinkLostError(f"no connection ({_reason(error)})") from error

    def __enter__(self) -> Link:
        """Hand out the link itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._socket.close()

    def receive(self, wait_s: float) -> bytes:
        """What came within ``wait_s`` [s]; empty when nothing did.

        Raises
        ------
        LinkLostError
            When the connection is gone.
        """
        try:
            self._socket.settimeout(wait_s)
            data = self._socket.recv(_AT_ONCE)
        except TimeoutError:
            return b""
        except OSError as error:
            raise LinkLostError(f"connection lost ({_reason(error)})") from error
        if not data:
            raise LinkLostError("the switch closed the connection")
        return data

    def send(self, data: bytes) -> None:
        """Say something.

        Raises
        ------
        LinkLostError
            When the connection is gone, or the switch takes nothing any more.
        """
        if not data:
            return
        try:
            self._socket.settimeout(self._timeout_s)
            self._socket.sendall(data)
        except OSError as error:
            raise LinkLostError(f"connection lost ({_reason(error)})") from error

    def send_last(self, data: bytes) -> None:
        """Say goodbye; nobody minds when it is not heard."""
        with contextlib.suppress(LinkLostError):
            self.send(data)


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
