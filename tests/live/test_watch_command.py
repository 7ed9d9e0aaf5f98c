"""``wfm telephony watch`` as an operator runs it: a process, a secret, a signal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wfm.store import open_store

TOML = """
[centre]
name = "x"
timezone = "UTC"
interval = "15m"

[[queue]]
name = "sip"
open = "always"

[[telephony]]
name = "pbx"
kind = "asterisk"
port = {port}
user = "wfm"
{secret}
"""
AMI = Path(__file__).resolve().parents[2] / ".." / "shared/data/telephony/asterisk_sip/ami.txt"


@pytest.fixture
def events() -> list[bytes]:
    """Recorded events without the switch's stamps, so that the watch's own clock counts."""
    if not AMI.is_file():
        pytest.skip("recordings not here")
    blocks = [block.strip(b"\n") for block in AMI.read_bytes().split(b"\n\n") if block.strip()]
    return [re.sub(rb"Timestamp: .*\n", b"", block) for block in blocks]


@pytest.fixture
def start(tmp_path):
    """Start the command in a project; gives the process."""
    started = []

    def run(port: int, secret: str, **environment: str) -> subprocess.Popen:
        (tmp_path / "wfm.toml").write_text(TOML.format(port=port, secret=secret))
        command = [sys.executable, "-m", "wfm", "-v", "telephony", "watch", "pbx", "--json"]
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env={**os.environ, **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def pbx(serve, events):
    """A switch that plays the recording."""
    return serve("ami", events)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(pbx, start, tmp_path, number):
    """Exit 0 within moments; the calls, the agents and the state are kept; no secret is told."""
    process = start(pbx.port, 'secret_env = "PBX_SECRET"', PBX_SECRET="hunter2")
    assert pbx.finished.wait(50)
    process.send_signal(number)
    out, err = process.communicate(timeout=15)
    assert process.returncode == 0, err
    facts = json.loads(out)
    assert (facts["connections"], facts["gaps"]) == (1, 1)
    assert "following pbx at 127.0.0.1" in err
    assert "hunter2" not in out + err
    with open_store(tmp_path / "wfm.db") as store:
        assert store.history()["offered"].sum() == 60
        assert set(store.agent_states()["state"]) == {"member", "pause", "talk"}
        assert store.reading_state("live pbx")


def test_a_secret_that_others_may_read_is_refused(start, tmp_path):
    """Exit 3 before any connection, with the command that mends it."""
    (tmp_path / "pbx.secret").write_text("hunter2")
    (tmp_path / "pbx.secret").chmod(0o644)
    process = start(1, 'secret_file = "pbx.secret"')
    out, err = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "may be read by others (mode 644); chmod 600" in err
    assert "hunter2" not in out + err


def test_a_second_watch_is_refused(start, tmp_path):
    """Exit 6 with the process and its age while one follows the switch; nothing is connected."""
    with open_store(tmp_path / "wfm.db") as store, store.watch_lock("pbx"):
        process = start(1, 'secret_env = "PBX_SECRET"', PBX_SECRET="x")
        out, err = process.communicate(timeout=30)
    assert process.returncode == 6
    said = f"another watch of 'pbx' is running (process {os.getpid()} on"
    assert said in err
    assert "since 0 min" in err
    assert out == ""


def test_no_option_takes_a_secret(start):
    """Neither by name nor by help."""
    command = [sys.executable, "-m", "wfm", "telephony", "watch", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert not re.search(r"secret|password|token", shown, re.IGNORECASE)
