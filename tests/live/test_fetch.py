"""Clouds asked over HTTP: paging, throttling, expired tokens, half answers, refusals."""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from wfm.config.load import parse
from wfm.config.telephony import SwitchKind, TelephonySettings
from wfm.errors import InputError, UsageError
from wfm.pipeline.intake.fetch import Fetched, fetch, last_days
from wfm.pipeline.project import Project
from wfm.store import open_store
from wfm.telephony.api import RetryPolicy

NOW = dt.datetime(2026, 3, 4, 2, tzinfo=dt.UTC)
MONDAY, TUESDAY = dt.date(2026, 3, 2), dt.date(2026, 3, 3)
TOML = """
[centre]
name = "x"
timezone = "Europe/Berlin"
interval = "30m"

[[queue]]
name = "sales"
open = "always"
"""


@dataclass
class Cloud:
    """An HTTP server that follows a list of mishaps, then answers."""

    answer: Callable[[Cloud, str, str, dict], object]
    mishaps: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, dict]] = field(default_factory=list)
    headers: list[dict] = field(default_factory=list)
    tokens: int = 0

    def __post_init__(self) -> None:
        """Listen on a free port."""
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                cloud.handle(self)

            def do_GET(self) -> None:
                cloud.handle(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        """One request: the next mishap, or the answer."""
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0)).decode()
        given = json.loads(body) if body.startswith("{") else {"text": body}
        self.asked.append((request.command, request.path, given))
        self.headers.append(dict(request.headers))
        mishap = self.mishaps.pop(0) if self.mishaps and "oauth" not in request.path else ""
        text = json.dumps(self.answer(self, request.command, request.path, given)).encode()
        status, extra = 200, {}
        match mishap.split():
            case ["throttled", wait]:
                status, text, extra = 429, b"{}", {"Retry-After": wait}
            case ["dated"]:
                soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
                status, extra = 429, {"Retry-After": format_datetime(soon, usegmt=True)}
            case ["expired", code, kind]:
                status, text, extra = int(code), b"{}", {"x-amzn-ErrorType": kind}
            case ["status", code]:
                status, text = int(code), b'{"message": "no"}'
            case ["half"]:
                text = text[: len(text) // 2]
            case ["shapeless"]:
                text = b"[]"
            case ["cut"]:
                extra = {"X-Cut": "1"}
        request.send_response(status)
        for name, value in extra.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(text) + (50 if mishap == "cut" else 0)))
        request.end_headers()
        request.wfile.write(text)
        request.close_connection = mishap == "cut"

    def close(self) -> None:
        """End the thread."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def cloud() -> Iterator[Callable[..., Cloud]]:
    """Start a cloud; it is ended with the test."""
    started = []

    def start(answer, *mishaps: str) -> Cloud:
        started.append(Cloud(answer, list(mishaps)))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A centre in Berlin."""
    return Project(tmp_path, parse(TOML), str(tmp_path / "wfm.db"))


@pytest.fixture
def waits() -> list[float]:
    """Seconds that were waited for; nobody really waits."""
    return []


@pytest.fixture
def patience(waits) -> RetryPolicy:
    """Four tries."""
    return RetryPolicy(tries=4, timeout_s=5, sleep=waits.append)


def history(project: Project) -> pd.DataFrame:
    """What the store holds."""
    with open_store(project.store) as store:
        return store.history()


def fetched(
    project: Project,
    policy: RetryPolicy,
    settings: TelephonySettings,
    days: tuple[dt.date, dt.date],
    environment: dict[str, str],
) -> Fetched:
    """Fetch from the first to the last of the days."""
    return fetch(project, settings, *days, now=NOW, environment=environment, policy=policy)


# -- Genesys Cloud ---------------------------------------------------------------------------------


def genesys_answer(cloud: Cloud, method: str, path: str, body: dict) -> object:
    """Token, two pages of queues, aggregates with ten contacts at nine each day."""
    if path == "/oauth/token":
        cloud.tokens += 1
        return {"access_token": f"token-{cloud.tokens}", "expires_in": 86400}
    if path.startswith("/api/v2/routing/queues"):
        page = int(path.rpartition("=")[2])
        queue = {"id": f"id-{page}", "name": ["sales", "care"][page - 1]}
        return {"entities": [queue], "pageNumber": page, "pageCount": 2, "total": 2}
    start = dt.datetime.fromisoformat(body["interval"].split("/")[0])
    nine = start + dt.timedelta(hours=9)
    span = f"{nine:%Y-%m-%dT%H:%M:%S.000Z}/{nine + dt.timedelta(minutes=30):%Y-%m-%dT%H:%M:%S.000Z}"
    stats = {
        "nOffered": {"count": 10},
        "tAnswered": {"count": 8, "sum": 80000},
        "tAbandon": {"count": 2, "sum": 6000},
        "tTalkComplete": {"count": 8, "sum": 800000},
    }
    metrics = [{"metric": name, "stats": each} for name, each in stats.items()]
    data = [{"interval": span, "metrics": metrics}]
    return {"results": [{"group": {"queueId": "id-1", "mediaType": "voice"}, "data": data}]}


def genesys(url: str) -> TelephonySettings:
    """Settings of a Genesys organisation behind a stub."""
    return TelephonySettings(
        "gc", SwitchKind.GENESYS, user="client", secret_env="GC", region="x", url=url
    )


def test_genesys_days_come_in_with_names_and_zeros(cloud, project, patience):
    """Both pages of queues; 48 half hours a local day, all of them zero but the one at nine."""
    stub = cloud(genesys_answer)
    done = fetched(project, patience, genesys(stub.url), (MONDAY, TUESDAY), {"GC": "s"})
    kept = history(project)
    assert (done.intervals, done.new, len(kept), kept["offered"].sum()) == (96, 96, 96, 20)
    assert set(kept["queue"]) == {"sales"}
    busy = kept[kept["offered"] > 0]
    local = busy["interval_start"].dt.tz_convert("Europe/Berlin")
    assert local.dt.strftime("%d %H:%M").tolist() == ["02 09:00", "03 09:00"]
    assert (
        busy[["answered", "abandoned", "wait_answered_s", "talk_s"]].to_numpy().tolist()
        == [[8, 2, 80.0, 800.0]] * 2
    )
    queries = [body for method, path, body in stub.asked if "aggregates" in path]
    assert [query["interval"] for query in queries] == [
        "2026-03-01T23:00:00Z/2026-03-02T23:00:00Z",
        "2026-03-02T23:00:00Z/2026-03-03T23:00:00Z",
    ]
    assert queries[0]["granularity"] == "PT30M"
    values = {p["dimension"]: p["value"] for p in queries[0]["filter"]["predicates"]}
    assert values == {"mediaType": "voice", "originatingDirection": "inbound"}


def test_the_same_days_again_change_nothing(cloud, project, patience):
    """An upsert, and no issue twice."""
    stub = cloud(genesys_answer)
    for wanted in [(96, 0, 0), (0, 0, 96)]:
        done = fetched(project, patience, genesys(stub.url), (MONDAY, TUESDAY), {"GC": "s"})
        assert (done.new, done.changed, done.unchanged) == wanted


@pytest.mark.parametrize(
    ("mishaps", "waited"),
    [
        (["throttled 7"], [7.0]),
        (["throttled 100000"], [120.0]),
        (["throttled soon", "throttled soon"], [1.0, 2.0]),
        (["", "throttled 3", "half"], [3.0, 2.0]),
        (["half", "cut", "status 503"], [1.0, 2.0, 4.0]),
        (["shapeless"], [1.0]),
        (["expired 401 x"], []),
        (["", "", "expired 401 x", "throttled 1"], [1.0]),
    ],
)
def test_what_goes_wrong_once_is_asked_again(cloud, project, patience, waits, mishaps, waited):
    """Throttled, cut off, half an answer, expired: the figures are the same in the end."""
    stub = cloud(genesys_answer, *mishaps)
    done = fetched(project, patience, genesys(stub.url), (MONDAY, MONDAY), {"GC": "s"})
    assert (done.intervals, history(project)["offered"].sum()) == (48, 10)
    assert waits == waited
    assert stub.tokens == (2 if any("expired" in each for each in mishaps) else 1)
    assert stub.headers[-1]["Authorization"] == f"Bearer token-{stub.tokens}"


def test_a_date_in_retry_after_is_waited_for(cloud, project, patience, waits):
    """HTTP allows a date there too."""
    stub = cloud(genesys_answer, "dated")
    settings, environment = genesys(stub.url), {"GC": "s"}
    fetched(project, patience, settings, (MONDAY, MONDAY), environment)
    assert len(waits) == 1
    assert 20 < waits[0] <= 30


@pytest.mark.parametrize(
    ("mishaps", "said"),
    [
        (["status 403"], "status 403"),
        (["status 404"], "status 404"),
        (["half"] * 4, r"half an answer \(no JSON\), 4 times"),
        (["cut"] * 4, "no answer"),
        (["throttled 1"] * 4, "status 429, 4 times"),
        (["status 500"] * 4, "status 500, 4 times"),
        (["shapeless"] * 4, "half an answer, 4 times"),
        (["expired 401 x"] * 4, "status 401"),
    ],
)
def test_what_stays_wrong_is_refused_and_nothing_is_stored(
    cloud, project, patience, caplog, mishaps, said
):
    """Exit 3 with the reason; the first day alone is not stored either; no secret is told."""
    caplog.set_level(logging.DEBUG, "wfm")
    stub = cloud(genesys_answer, "", "", "", *mishaps)
    with pytest.raises(InputError, match=said) as caught:
        fetched(project, patience, genesys(stub.url), (MONDAY, TUESDAY), {"GC": "hunter2"})
    told = str(caught.value) + caplog.text
    assert "hunter2" not in told
    assert "token-" not in told
    assert history(project).empty


def test_days_without_any_conversation_are_no_error(cloud, project, patience):
    """A closed Sunday: an answer without results."""

    def nothing(cloud: Cloud, method: str, path: str, body: dict) -> object:
        return {} if "aggregates" in path else genesys_answer(cloud, method, path, body)

    stub = cloud(nothing)
    done = fetched(project, patience, genesys(stub.url), (MONDAY, MONDAY), {"GC": "s"})
    assert (done.intervals, done.new) == (0, 0)


# -- Amazon Connect --------------------------------------------------------------------------------

KEYS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hunter2"}


def connect_answer(cloud: Cloud, method: str, path: str, body: dict) -> object:
    """Two pages: sales at nine by the first, care at ten by the second."""
    page = int(body.get("NextToken", "0"))
    start = body["StartTime"] + (9 + page) * 3600
    values = {
        "CONTACTS_QUEUED_BY_ENQUEUE": 10,
        "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT": 8,
        "CONTACTS_ABANDONED": 2,
        "AVG_QUEUE_ANSWER_TIME": 12.5,
        "AVG_ABANDON_TIME": None,
        "SUM_HANDLE_TIME": 1600,
        "SUM_CONTACTS_ANSWERED_IN_X": 7,
    }
    collections = [
        {"Metric": {"Name": name}, **({} if value is None else {"Value": value})}
        for name, value in values.items()
    ]
    interval = {"Interval": "THIRTY_MIN", "StartTime": start, "EndTime": start + 1800}
    queue = body["Filters"][0]["FilterValues"][page]
    result = {
        "Dimensions": {"QUEUE": queue},
        "MetricInterval": interval,
        "Collections": collections,
    }
    return {"MetricResults": [result], **({} if page else {"NextToken": "1"})}


def connect(url: str, **how: str) -> TelephonySettings:
    """Settings of a Connect instance behind a stub."""
    return TelephonySettings(
        "ac",
        SwitchKind.CONNECT,
        region="eu-central-1",
        instance="arn:aws:connect:eu-central-1:1:instance/2",
        queues={"sales": "q-1", "care": "q-2"},
        url=url,
        **how,
    )


def test_connect_s_pages_become_one_history(cloud, project, patience):
    """Names from wfm.toml, means times their counts, unknown where a mean is missing."""
    stub = cloud(connect_answer)
    done = fetched(project, patience, connect(stub.url), (MONDAY, MONDAY), KEYS)
    kept = history(project)
    assert (done.intervals, len(kept)) == (96, 96)
    busy = kept[kept["offered"] > 0].set_index("queue")
    assert busy.loc["sales", ["offered", "answered", "abandoned"]].tolist() == [10, 8, 2]
    assert busy.loc["sales", ["answered_in_threshold", "talk_s"]].tolist() == [7, 1600.0]
    assert busy.loc["care", "wait_answered_s"] == 100.0
    assert pd.isna(busy.loc["care", "wait_abandoned_s"])
    first, second = (body for _, _, body in stub.asked)
    assert first["Filters"][0] == {"FilterKey": "QUEUE", "FilterValues": ["q-1", "q-2"]}
    assert first["Interval"] == {"TimeZone": "Europe/Berlin", "IntervalPeriod": "THIRTY_MIN"}
    assert second == {**first, "NextToken": "1"}
    sent = stub.headers[0]
    assert sent["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKID/")
    assert "/eu-central-1/connect/aws4_request" in sent["Authorization"]


def test_expired_keys_are_read_anew(cloud, project, patience):
    """A file of temporary keys that another tool renews in between."""
    path = project.root / "keys.json"

    def write(number: int) -> None:
        keys = {"AccessKeyId": f"AKID{number}", "SecretAccessKey": "s", "SessionToken": "t"}
        path.write_text(json.dumps(keys))
        path.chmod(0o600)

    def answer(cloud: Cloud, method: str, path: str, body: dict) -> object:
        write(2)
        return connect_answer(cloud, method, path, body)

    write(1)
    stub = cloud(answer, "expired 403 ExpiredTokenException")
    settings = connect(stub.url, secret_file="keys.json")
    fetched(project, patience, settings, (MONDAY, MONDAY), {})
    used = [sent["Authorization"].split("=")[1].split("/")[0] for sent in stub.headers]
    assert used == ["AKID1", "AKID2", "AKID2"]
    assert stub.headers[0]["X-Amz-Security-Token"] == "t"


def test_pages_without_an_end_are_refused(cloud, project, patience):
    """The same token again and again."""

    def endless(cloud: Cloud, method: str, path: str, body: dict) -> object:
        return {**connect_answer(cloud, method, path, {**body, "NextToken": "0"}), "NextToken": "1"}

    stub = cloud(endless)
    with pytest.raises(InputError, match="pages without an end"):
        fetched(project, patience, connect(stub.url), (MONDAY, MONDAY), KEYS)


def test_without_keys_nothing_is_asked(cloud, project, patience):
    """With the places where they could be."""
    stub = cloud(connect_answer)
    with pytest.raises(InputError, match="no keys to sign with"):
        fetched(project, patience, connect(stub.url), (MONDAY, MONDAY), {})
    assert not stub.asked


# -- days ------------------------------------------------------------------------------------------


def test_days_must_be_over_and_run_forward(project):
    """By the centre's clock."""
    for first, last in [(TUESDAY, MONDAY), (MONDAY, dt.date(2026, 3, 4))]:
        with pytest.raises(UsageError, match="--to"):
            fetch(project, connect("http://127.0.0.1:1"), first, last, now=NOW, environment=KEYS)
    assert last_days(project, NOW) == (MONDAY, TUESDAY)
    late = dt.datetime(2026, 3, 3, 23, 30, tzinfo=dt.UTC)
    assert last_days(project, late) == (MONDAY, TUESDAY)


@pytest.mark.parametrize(("day", "count"), [("2026-03-29", 46), ("2025-10-26", 50)])
def test_the_days_the_clocks_change(cloud, project, patience, day, count):
    """46 and 50 half hours."""
    stub = cloud(genesys_answer)
    date = dt.date.fromisoformat(day)
    now = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    done = fetch(
        project, genesys(stub.url), date, date, now=now, environment={"GC": "s"}, policy=patience
    )
    assert (done.intervals, len(history(project))) == (count, count)
