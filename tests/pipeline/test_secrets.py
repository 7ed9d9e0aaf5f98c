"""Secrets: from the environment or a file of the owner's, and nowhere in what is said."""

import pytest

from wfm.config.telephony import SwitchKind, TelephonySettings
from wfm.errors import InputError
from wfm.pipeline.secrets import read_secret


def settings(**place: str) -> TelephonySettings:
    """A switch with its secret kept somewhere."""
    return TelephonySettings("pbx", SwitchKind.ASTERISK, "h", 1, "u", **place)


def test_from_the_environment(tmp_path):
    """The variable that is named; one that is not set says so."""
    where = settings(secret_env="PBX")
    assert read_secret(where, tmp_path, {"PBX": "hunter2"}) == "hunter2"
    with pytest.raises(InputError, match="PBX: is not set; export PBX"):
        read_secret(where, tmp_path, {})
    assert read_secret(settings(), tmp_path, {}) == ""


def test_from_a_file_of_the_owner_s(tmp_path):
    """Beside wfm.toml; the line's end is no part of it."""
    path = tmp_path / "secret"
    path.write_text("hunter2\n")
    path.chmod(0o600)
    assert read_secret(settings(secret_file="secret"), tmp_path) == "hunter2"
    path.write_text("")
    with pytest.raises(InputError, match="is empty"):
        read_secret(settings(secret_file="secret"), tmp_path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_a_file_that_others_may_read_is_refused(tmp_path, mode):
    """With the command that mends it; what stands in it is not repeated."""
    path = tmp_path / "secret"
    path.write_text("hunter2\n")
    path.chmod(mode)
    with pytest.raises(InputError, match="chmod 600") as caught:
        read_secret(settings(secret_file="secret"), tmp_path)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    """Or is a folder, or no text."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "bytes").chmod(0o600)
    for name in ("absent", "folder", "bytes"):
        with pytest.raises(InputError, match=f"{name}: "):
            read_secret(settings(secret_file=name), tmp_path)
