"""Mapping profiles: the shipped ones hold together, a centre's own is checked."""

import pytest

from wfm.errors import InputError
from wfm.telephony import load_profile, profile_names

OWN = """
title = "ours"
verified = false
[time]
columns = ["Day", "Hour"]
format = "%d.%m.%Y HHMM"
[fields]
offered = "Calls"
talk_s = { column = "Talk", unit = "hms" }
"""


@pytest.mark.parametrize("name", profile_names())
def test_shipped_profiles(name):
    """Each is read, names its file's columns, and says whether it was held against a source."""
    profile = load_profile(name)
    assert profile.name == name
    assert profile.title
    assert set(profile.file_columns) >= {c.lower() for c in profile.time_columns}
    if profile.header:
        assert set(profile.file_columns) <= set(profile.header)


def test_what_is_shipped():
    """The layouts of the switches that centres ask for; guesses are marked."""
    unverified = {name for name in profile_names() if not load_profile(name).verified}
    assert set(profile_names()) - unverified == {"genesys-import", "teleopti"}
    assert unverified == {"avaya-cms", "cisco-uccx", "eleveo", "five9", "liveagent", "voiptime"}


def test_a_centre_s_own(tmp_path):
    """A profile by path."""
    path = tmp_path / "ours.toml"
    path.write_text(OWN)
    profile = load_profile(path)
    assert (profile.name, profile.fields["talk_s"].unit) == ("ours", "hms")


def test_no_such_profile():
    """A wrong name is told with those there are."""
    with pytest.raises(InputError, match=r"no such profile, found 'nortel'; .*teleopti"):
        load_profile("nortel")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("verified = false", "verified = 'no'", "verified: must be a bool"),
        ("title", "titel", "titel: unknown key"),
        ('columns = ["Day", "Hour"]', "columns = []", r"time\.columns: must be a list"),
        ('format = "%d.%m.%Y HHMM"', "format = 5", r"time\.format: must be a text"),
        ("format", "formatt", r"time\.formatt: unknown key"),
        ('offered = "Calls"', 'calls = "Calls"', r"fields\.calls: is no column of wfm"),
        ('offered = "Calls"', 'answered = "Calls"', r"fields\.offered: is missing"),
        ('"hms"', '"days"', r"fields\.talk_s: unknown key or unit"),
        ('"Calls"', "[1]", r"fields\.offered: must name columns"),
        ("[fields]", "[fields", "is no TOML"),
    ],
)
def test_bad_profiles(tmp_path, old, new, message):
    """Each mistake is told with its key."""
    path = tmp_path / "ours.toml"
    path.write_text(OWN.replace(old, new, 1))
    with pytest.raises(InputError, match=message):
        load_profile(path)
