"""The wire: TCP, plain or with TLS, that says when nothing comes, and when it is gone."""

from __future__ import annotations

import contextlib
import socket
import ssl
from types import TracebackType

__all__ = ["Link", "LinkLostError", "NotTrustedError"]

_AT_ONCE = 1 << 16


class LinkLostError(Exception):
    """The connection is gone, or never was."""


class NotTrustedError(Exception):
    """Whoever answers is not shown to be the switch: no TLS, or a certificate that is not good."""


class Link:
    """An open connection; use it as a context manager.

    Parameters
    ----------
    host, port
        Where the switch listens.
    timeout_s
        Longest time to wait for the connection, and for the switch to take what we say [s].

    tls
        Authorities whose certificates are believed; None for plain TCP. The certificate must be
        that of ``host``.

    Raises
    ------
    LinkLostError
        When there is no connection.
    NotTrustedError
        When TLS is asked for and the other side has none, or shows a certificate that is not good.
    """

    def __init__(
        self, host: str, port: int, timeout_s: float, tls: ssl.SSLContext | None = None
    ) -> None:
        self._timeout_s = timeout_s
        try:
            self._socket = socket.create_connection((host, port), timeout=timeout_s)
        except OSError as error:
            raise LinkLostError(f"no connection ({_reason(error)})") from error
        if tls is not None:
            self._socket = _secured(self._socket, host, tls)

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


def _secured(plain: socket.socket, host: str, tls: ssl.SSLContext) -> socket.socket:
    """The connection with TLS over it; ssl closes it where none is agreed."""
    try:
        return tls.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise NotTrustedError(f"its certificate is refused: {error.verify_message}") from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        raise LinkLostError("the switch closed the connection before TLS was agreed") from error
    except ssl.SSLError as error:
        raise NotTrustedError(f"TLS cannot be agreed ({error.reason or error})") from error
    except OSError as error:
        raise LinkLostError(f"no connection ({_reason(error)})") from error


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
