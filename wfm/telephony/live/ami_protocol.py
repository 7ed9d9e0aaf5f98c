"""Asterisk's manager interface: bytes → messages → bytes.

``Key: value`` lines, CR LF, a blank line after each message; a banner line without one comes first.
"""

from __future__ import annotations

import re

__all__ = ["AmiParser", "Message", "action"]

Message = dict[str, str]
"""Headers of one message; of a key that comes again (``Variable``, ``Output``) the first."""

_BLANK = re.compile(rb"\r?\n\r?\n")
_LONGEST = 1 << 20


class AmiParser:
    """Messages of a stream that may be cut anywhere.

    Examples
    --------
    >>> parser = AmiParser()
    >>> parser.feed(b"Asterisk Call Manager/9.0.0\\r\\nResponse: Succ")
    []
    >>> parser.feed(b"ess\\r\\n\\r\\nEvent: Fu")
    [{'Response': 'Success'}]
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Message]:
        """Messages that are whole now; what has no header (the banner, output) is none."""
        *whole, self._rest = _BLANK.split(self._rest + data)
        if len(self._rest) > _LONGEST:
            # no message is that long; whatever this is, its rest must not fill the memory
            self._rest = b""
        messages = map(_headers, whole)
        return [message for message in messages if message]


def _headers(block: bytes) -> Message:
    headers: Message = {}
    for line in _decoded(block).split("\n"):
        name, colon, value = line.partition(":")
        if colon and name:
            headers.setdefault(name.strip(), value.strip())
    return headers


def _decoded(block: bytes) -> str:
    """Names are UTF-8 or, on older systems, Latin-1."""
    try:
        return block.decode("utf-8")
    except UnicodeDecodeError:
        return block.decode("latin-1")


def action(name: str, **headers: str) -> bytes:
    """Request to the switch.

    Raises
    ------
    ValueError
        When a header holds a line break, which would begin another one.

    Examples
    --------
    >>> action("Ping", ActionID="1")
    b'Action: Ping\\r\\nActionID: 1\\r\\n\\r\\n'
    """
    lines = [f"{key}: {value}" for key, value in {"Action": name, **headers}.items()]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header may not hold a line break")
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"
