"""``[[telephony]]``: where a switch is, and where its secret is kept, never the secret."""

import tomllib

import pytest

from wfm.config.lines import Lines
from wfm.config.section import Section
from wfm.config.telephony import SwitchKind, TelephonySettings, read_telephony

PBX = """
name = "pbx"
kind = "asterisk"
host = "192.0.2.10"
user = "wfm"
secret_env = "PBX_SECRET"
"""


def read(text: str) -> tuple[TelephonySettings | None, list[str]]:
    """Settings and problems of one section."""
    problems: list = []
    lines = Lines(text)
    section = Section(tomllib.loads(text), (), file="wfm.toml", lines=lines, problems=problems)
    return read_telephony(section), [str(problem) for problem in problems]


def test_a_switch_with_its_defaults():
    """The protocol's port, the usual threshold."""
    settings, problems = read(PBX)
    assert problems == []
    assert settings == TelephonySettings(
        "pbx", SwitchKind.ASTERISK, "192.0.2.10", 5038, "wfm", secret_env="PBX_SECRET"
    )
    assert settings.is_live


def test_tls_has_a_port_of_its_own():
    """Unless another one is named; the file of the authority is optional."""
    settings, problems = read(PBX + 'tls = true\ntls_ca = "ca.pem"\n')
    assert problems == []
    assert settings is not None
    assert (settings.tls, settings.tls_ca, settings.port) == (True, "ca.pem", 5039)
    settings, _ = read(PBX + "tls = true\nport = 5040\n")
    assert settings is not None
    assert (settings.tls_ca, settings.port) == ("", 5040)


def test_a_cloud_names_its_region_and_queues():
    """Connect may take its key from the usual environment, so needs no place of a secret."""
    text = 'name="c"\nkind="connect"\nregion="eu-central-1"\ninstance="i"\n'
    text += 'queues={ sales = "11-22" }\nurl = "http://127.0.0.1:8080/"\n'
    settings, problems = read(text + 'threshold = "30s"\n')
    assert problems == []
    assert settings is not None
    assert (settings.queues, settings.threshold_s) == ({"sales": "11-22"}, 30.0)
    assert (settings.url, settings.is_live) == ("http://127.0.0.1:8080", False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('name = "pbx"', 'name = "../pbx"'), "is no name of letters"),
        (('kind = "asterisk"', 'kind = "avaya"'), "is not one of asterisk, freeswitch"),
        (('secret_env = "PBX_SECRET"', ""), "needs one place of its secret"),
        (("user", 'secret_file = "x"\nuser'), "needs one place of its secret"),
        (("user", "port = 0\nuser"), "is no port"),
        (("user", "port = true\nuser"), "is no port"),
        (('user = "wfm"', ""), "is missing"),
        (("user", 'region = "x"\nuser'), "means nothing to kind 'asterisk'"),
        (("user", 'secret = "hunter2"\nuser'), "unknown key"),
        (("user", 'threshold = "0s"\nuser'), "must be longer than 0"),
        (("user", "tls = 1\nuser"), "is neither true nor false"),
        (("user", 'tls_ca = "ca.pem"\nuser'), "is of no use without TLS"),
        (('kind = "asterisk"', 'kind = "freeswitch"\ntls = true'), "tls: means nothing to kind"),
    ],
)
def test_what_is_wrong_is_told(change, said):
    """Each with its rule; nothing is built."""
    settings, problems = read(PBX.replace(*change))
    assert settings is None
    assert any(said in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "queues: is missing"),
        ('queues = { sales = "" }', "is empty"),
        ('queues = { sales = "a" }\nurl = "http://example.org"', "is no https address"),
        ('queues = { sales = "a" }\nhost = "h"', "means nothing to kind 'connect'"),
    ],
)
def test_what_is_wrong_with_a_cloud_is_told(line, said):
    """No token in the clear, no queue without its id."""
    text = f'name="c"\nkind="connect"\nregion="eu-central-1"\ninstance="i"\n{line}\n'
    settings, problems = read(text)
    assert settings is None
    assert any(said in problem for problem in problems), problems
