"""Mail after a night, through a server on this machine."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from email import message_from_string
from pathlib import Path

import pytest

from wfm.config.nightly import Hook
from wfm.pipeline.nights.hooks import call_hooks

STATUS = {
    "exit_code": 7,
    "status": "held",
    "summary": "night 2026-05-04: held",
    "alarms": ["shop: bias"],
    "findings": ["jump: shop"],
}


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs; keeps the mail on the server."""

    def handle(self) -> None:
        """Answer until the client goes."""
        self.wfile.write(b"220 here\r\n")
        for raw in self.rfile:
            word = raw[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line.decode())
                self.server.mails.append("".join(lines))
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def mail_server() -> Iterator[socketserver.TCPServer]:
    """A mail server that keeps what it gets."""
    with socketserver.TCPServer(("127.0.0.1", 0), Mailbox) as server:
        server.mails = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_mail_tells_the_night(mail_server, tmp_path: Path) -> None:
    """Subject with the exit code, body with summary, alarms and findings; only for its codes."""
    smtp = f"127.0.0.1:{mail_server.server_address[1]}"
    hooks = [
        Hook((7,), mail_to=("a@b.c", "d@e.f"), mail_from="wfm@b.c", smtp=smtp),
        Hook((0,), mail_to=("never@b.c",), smtp=smtp),
    ]
    assert call_hooks(hooks, STATUS, root=tmp_path) == []
    (text,) = mail_server.mails
    mail = message_from_string(text)
    assert mail["Subject"] == "wfm night: held, exit code 7"
    assert mail["To"] == "a@b.c, d@e.f"
    assert mail.get_payload().split("\r\n")[:3] == [
        "night 2026-05-04: held",
        "shop: bias",
        "jump: shop",
    ]


@pytest.mark.parametrize(
    "hook",
    [
        Hook(mail_to=("a@b.c",), smtp="127.0.0.1:9"),
        Hook(webhook="http://127.0.0.1:9/"),
        Hook(command=("false",)),
        Hook(command=("sleep", "5"), timeout_s=1),
    ],
)
def test_a_hook_that_fails_is_told(hook: Hook, tmp_path: Path) -> None:
    """Whatever is wrong with a hook comes back as one line and nothing is raised."""
    (problem,) = call_hooks([hook], STATUS, root=tmp_path)
    assert problem.startswith("hook ")
