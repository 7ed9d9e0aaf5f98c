"""Asterisk over TLS: spoken to only when its certificate shows that it is the switch."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from wfm.config.load import parse
from wfm.config.telephony import SwitchKind, TelephonySettings
from wfm.errors import InputError
from wfm.pipeline.intake.watch import Patience, Watched, watch
from wfm.pipeline.project import Project
from wfm.store import open_store

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")

QUICK = Patience(
    connect_s=2, idle_s=0.25, silent_s=4, first_retry_s=0.02, flush_s=0.2, state_s=0.2, look_s=0.05
)
TOML = """
[centre]
name = "x"
timezone = "UTC"
interval = "30m"

[[queue]]
name = "sales"
open = "always"
"""
HEAD = b"Timestamp: 1772438400.5\nUniqueid: 1.1\nQueue: sales\n"
CALL = [
    b"Event: QueueCallerJoin\n" + HEAD + b"Position: 1",
    b"Event: QueueCallerAbandon\n" + HEAD + b"HoldTime: 7",
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Make a self-signed certificate for a name; gives its file, the key beside it."""

    def make(name: str) -> Path:
        folder = tmp_path_factory.mktemp("tls")
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        command += ["-subj", "/CN=pbx", "-addext", f"subjectAltName={name}"]
        command += ["-keyout", "key.pem", "-out", "cert.pem"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return folder / "cert.pem"

    return make


def speaking(cert: Path) -> ssl.SSLContext:
    """What a switch with that certificate says."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, cert.with_name("key.pem"))
    return context


@pytest.fixture
def project(tmp_path):
    """Project beside whose wfm.toml the authority's file lies."""
    return Project(tmp_path, parse(TOML), str(tmp_path / "wfm.db"))


def follow(project: Project, server, tls_ca: Path | str) -> Watched:
    """Follow a server until it has said all and seen that it was heard."""
    stop = threading.Event()
    ending = threading.Thread(target=lambda: (server.finished.wait(20), stop.set()))
    ending.start()
    settings = TelephonySettings("pbx", SwitchKind.ASTERISK, "127.0.0.1", server.port, "wfm")
    settings = replace(settings, tls=True, tls_ca=str(tls_ca))
    try:
        return watch(project, settings, "hunter2", stop, clock=lambda: server.now, patience=QUICK)
    finally:
        server.finished.set()
        ending.join()


def test_the_switch_is_followed_over_tls(serve, project, certificate):
    """With its own authority's file, named relative to wfm.toml, in chunks of any size."""
    cert = certificate("IP:127.0.0.1")
    shutil.copy(cert, project.root / "ca.pem")
    server = serve("ami", CALL, tls=speaking(cert), largest_chunk=9)
    assert follow(project, server, "ca.pem").connections == 1
    with open_store(project.store) as store:
        history = store.history()
    assert (history["offered"].sum(), history["abandoned"].sum()) == (1, 1)


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("IP:127.0.0.1", False, "certificate is refused: self-signed certificate"),
        ("IP:192.0.2.10", True, "certificate is refused: IP address mismatch"),
        ("DNS:other.example", True, "certificate is refused: IP address mismatch"),
    ],
)
def test_whoever_is_not_shown_to_be_the_switch_hears_nothing(
    serve, project, certificate, name, known, said
):
    """An unknown authority, another one's name: exit 3 with what to check, and no word of ours."""
    cert = certificate(name)
    server = serve("ami", CALL, tls=speaking(cert))
    with pytest.raises(InputError, match=said) as caught:
        follow(project, server, cert if known else "")
    assert f"127.0.0.1:{server.port} is not trusted" in str(caught.value)
    assert "check port (tlsbindaddr), tls_ca" in str(caught.value)
    assert server.heard == []


def test_a_plain_port_is_told_from_a_switch_that_is_down(serve, project, certificate):
    """The usual port where that of TLS is meant: exit 3 instead of trying for ever."""
    server = serve("ami", CALL)
    with pytest.raises(InputError, match=r"not trusted: TLS cannot be agreed .*VERSION"):
        follow(project, server, certificate("IP:127.0.0.1"))
    assert not any("Challenge" in each for each in server.heard)


def test_a_switch_that_stops_in_mid_handshake_is_tried_again(project, certificate, caplog):
    """A closed connection may be a restart, which is no reason to give up."""
    cert, stop = certificate("IP:127.0.0.1"), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                connection.recv(4096)
                connection.close()
            stop.set()

        thread = threading.Thread(target=hang_up)
        thread.start()
        port = listener.getsockname()[1]
        settings = TelephonySettings("pbx", SwitchKind.ASTERISK, "127.0.0.1", port, "wfm")
        settings = replace(settings, tls=True, tls_ca=str(cert))
        assert watch(project, settings, "x", stop, patience=QUICK) == Watched()
        thread.join()
    assert caplog.text.count("closed the connection before TLS was agreed") == 2


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_without_a_certificate_is_told(serve, project, content):
    """Before any connection, with the key of wfm.toml."""
    if content:
        (project.root / "ca.pem").write_text(content)
    server = serve("ami", CALL)
    with pytest.raises(InputError, match=r"'pbx'\.tls_ca: .*holds no certificate"):
        follow(project, server, "ca.pem")
    assert server.connections == 0
