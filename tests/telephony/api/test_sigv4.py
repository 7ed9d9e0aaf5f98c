"""Signatures: those that AWS publishes for its example keys."""

import datetime as dt

import pytest

from wfm.telephony.api.sigv4 import AwsKeys, signed_headers

AT = dt.datetime(2015, 8, 30, 12, 36, tzinfo=dt.UTC)
HOST = "https://example.amazonaws.com/"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TOKEN = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPf"
    "IeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7W"
    "Z0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8F"
    "DrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)
PUBLISHED = {
    "get": (
        "GET",
        HOST,
        {},
        b"",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "post": (
        "POST",
        HOST,
        {},
        b"",
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    "form": (
        "POST",
        HOST,
        FORM,
        b"Param1=value1",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
    "query in any order": (
        "GET",
        f"{HOST}?Param2=value2&Param1=value1",
        {},
        b"",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
}


def signature(
    *request: object, keys: AwsKeys | None = None, service: str = "service"
) -> dict[str, str]:
    """Headers of a request on AWS's example day."""
    method, url, headers, body = request
    mine = keys or AwsKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    return signed_headers(
        mine, method, url, headers, body, region="us-east-1", service=service, at=AT
    )


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_signatures(name):
    """Digit for digit."""
    *request, wanted = PUBLISHED[name]
    assert signature(*request)["Authorization"].endswith(f"Signature={wanted}")


def test_the_example_of_the_guide():
    """ListUsers, with a content type that is signed too."""
    url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08"
    kind = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert signature("GET", url, kind, b"", service="iam")["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


def test_temporary_keys_send_their_token():
    """Signed with the rest."""
    keys = AwsKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", TOKEN)
    sent = signature("POST", HOST, {}, b"", keys=keys)
    assert sent["X-Amz-Security-Token"] == TOKEN
    wanted = "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
    assert sent["Authorization"].endswith(wanted)


def test_keys_show_no_secret():
    """Neither in a trace nor in a log."""
    shown = repr(AwsKeys("AKIDEXAMPLE", "hunter2", "token3"))
    assert "hunter2" not in shown
    assert "token3" not in shown
