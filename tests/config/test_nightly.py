"""[nightly], [[source]] and [[hook]]: defaults, every key, every refusal with its line."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from wfm.config.load import parse
from wfm.config.nightly import Action, Gate, Hook, Keep, NightlySettings, Source
from wfm.errors import InputError

HEAD = """\
[centre]
name = "Shop"
timezone = "UTC"
interval = "30m"
[[queue]]
name = "shop"
open = "always"
aht = "180s"
target = { service_level = 0.8, threshold = "20s" }
[shrinkage]
"""

WHOLE = """\
[[source]]
format = "csv"
files = "in/*.csv"
accept = ["gap"]
interval = "15m"
threshold = "30s"
[nightly]
reopen = "10d"
max_lag = "2h"
freeze = "0d"
plan_weeks = 3
noise = 0.05
workers = 4
alarm_days = 3
max_age = "30h"
out = "night"
gates = { jump = "warn", late = "fallback" }
keep = { daily = "14d", weekly = "26w" }
[[hook]]
on = ["failure", 0]
command = ["true", "x"]
[[hook]]
on = 7
mail_to = ["a@b.c"]
smtp = "mail.b.c:587"
"""


def test_without_the_sections_there_are_defaults() -> None:
    """Old files keep reading, and every gate has an action."""
    settings = parse(HEAD).nightly
    assert settings == NightlySettings()
    assert set(settings.gates) == set(Gate)


def test_every_key_is_read() -> None:
    """What is written is what counts."""
    settings = parse(HEAD + WHOLE).nightly
    assert (settings.reopen_days, settings.max_lag_s, settings.freeze_days) == (10, 7200, 0)
    assert (settings.plan_weeks, settings.noise, settings.workers) == (3, 0.05, 4)
    assert (settings.alarm_days, settings.max_age_s, settings.out) == (3, 108_000, "night")
    assert settings.gates[Gate.JUMP] is Action.WARN
    assert settings.gates[Gate.LATE] is Action.FALLBACK
    assert settings.gates[Gate.SOURCE] is Action.HOLD
    assert settings.keep == Keep(14, 182)
    source = Source("csv", "in/*.csv", interval_s=900, accept=("gap",), threshold_s=30)
    assert settings.sources == (source,)
    first, second = settings.hooks
    assert first.on == (1, 2, 3, 4, 5, 6, 7, 8, 0)
    assert second == Hook((7,), mail_to=("a@b.c",), mail_from="wfm@localhost", smtp="mail.b.c:587")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[nightly]\nworkers = 0\n", "whole number of at least 1"),
        ("[nightly]\nreopen = '5h'\n", "whole days"),
        ("[nightly]\ngates = { jump = 'panic' }\n", "not one of warn, hold, fallback"),
        ("[nightly]\ngates = { source = 'fallback' }\n", "about files"),
        ("[nightly]\ngates = { rain = 'warn' }\n", "unknown key"),
        ("[nightly]\nnois = 0.1\n", "unknown key"),
        ("[[source]]\nformat = 'csv'\n", "is missing"),
        ("[[hook]]\non = 9\ncommand = ['x']\n", "exit code from 0 to 8"),
        ("[[hook]]\non = 1\n", "does one thing"),
        ("[[hook]]\nwebhook = 'http://x'\ncommand = ['x']\n", "does one thing"),
        ("[[hook]]\nmail_to = ['a@b.c']\nsmtp = 'mail'\n", "not a mail server"),
    ],
)
def test_what_is_strange_is_refused_with_its_line(text: str, what: str) -> None:
    """One problem each, at a line of the section."""
    with pytest.raises(InputError, match=what) as refused:
        parse(HEAD + text)
    (problem,) = refused.value.problems
    assert problem.row > len(HEAD.splitlines())


def test_the_template_shows_settings_that_read() -> None:
    """With the marks of comment taken off, the template's nightly part reads, at the defaults."""
    text = (resources.files("wfm.pipeline") / "templates" / "wfm.toml").read_text("utf-8")
    head, mark, tail = text.partition("# -- `wfm nightly`")
    assert mark
    sections = ("# [[source]]", "# [nightly]", "# [[hook]]")
    mine = "\n".join(block for block in tail.split("\n\n") if block.startswith(sections))
    lines = re.findall(r"^# ((?:\[|\w+ = ).*)$", mine, re.MULTILINE)
    opened = "\n".join(line for line in lines if not line.startswith(("command", "webhook")))
    settings = parse(head + opened).nightly
    assert (len(settings.sources), len(settings.hooks)) == (1, 1)
    plain = NightlySettings()
    assert settings.gates == plain.gates
    assert settings.keep == plain.keep
    assert (settings.reopen_days, settings.freeze_days) == (plain.reopen_days, plain.freeze_days)
    assert (settings.max_lag_s, settings.noise) == (plain.max_lag_s, plain.noise)
