"""Ask a cloud for days that are over, and bring its intervals into the store."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from wfm import schema
from wfm.config.telephony import SwitchKind, TelephonySettings
from wfm.errors import InputError, Problem, UsageError
from wfm.intervals import zone
from wfm.pipeline.project import Project
from wfm.pipeline.secrets import read_secret
from wfm.store import open_store
from wfm.telephony import ImportOptions, IntervalImport
from wfm.telephony.api import ApiError, AwsKeys, RetryPolicy, ask_connect, ask_genesys
from wfm.telephony.connect_metrics import connect_metric_history
from wfm.telephony.genesys import genesys_history
from wfm.telephony.quiet_rows import Asked

__all__ = ["Fetched", "fetch", "last_days"]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of the intervals that a cloud gave.

    Parameters
    ----------
    intervals
        Rows in the answers, those of no contacts included.
    new, changed, unchanged
        What they did to the history [rows].
    issues
        What was odd about them (:data:`wfm.schema.ISSUE`).
    """

    intervals: int
    new: int
    changed: int
    unchanged: int
    issues: pd.DataFrame


def last_days(project: Project, now: dt.datetime) -> tuple[dt.date, dt.date]:
    """First and last of the two days before today by the centre's clock; long calls come late."""
    today = now.astimezone(zone(project.config.timezone)).date()
    return today - dt.timedelta(days=2), today - dt.timedelta(days=1)


def fetch(
    project: Project,
    settings: TelephonySettings,
    first: dt.date,
    last: dt.date,
    *,
    now: dt.datetime,
    environment: Mapping[str, str] | None = None,
    policy: RetryPolicy | None = None,
) -> Fetched:
    """Intervals of some days, all of them or none, in the store.

    An upsert: the same days again change only what the cloud has corrected.

    Parameters
    ----------
    first, last
        Days by the centre's clock, both included.
    environment
        Environment variables; those of the process when None.

    Raises
    ------
    UsageError
        When the days run backwards or are not over.
    InputError
        When the cloud refuses, or its answer is none.
    StoreError
        When the store cannot be written.
    """
    days = _days(project, first, last, now)
    known = os.environ if environment is None else environment
    try:
        found = _asked(project, settings, days, known, policy or RetryPolicy())
    except ApiError as error:
        fix = "check user, secret and rights, or try again later; nothing was stored"
        where = f"telephony {settings.name!r}"
        raise InputError([Problem(f"{error}", "wfm.toml", 0, where, "", fix)]) from error
    span = f"{first} to {last}"
    mark = f"{settings.name} {span} {found.frame.to_csv(index=False)}"
    with open_store(project.store) as store:
        counts = store.import_intervals(
            found.frame,
            source=f"{settings.name} {span}",
            file_hash=hashlib.sha256(mark.encode()).hexdigest(),
            imported_at=now,
            issues=found.issues,
        )
    return Fetched(len(found.frame), counts.new, counts.changed, counts.unchanged, found.issues)


def _days(project: Project, first: dt.date, last: dt.date, now: dt.datetime) -> list[Asked]:
    """Each day from midnight to midnight by the centre's clock."""
    if last < first:
        raise UsageError(f"--to {last} is before --from {first}")
    place = zone(project.config.timezone)
    if last >= now.astimezone(place).date():
        raise UsageError(f"--to {last} is not over yet")
    days = [first + dt.timedelta(days=count) for count in range((last - first).days + 2)]
    midnights = [pd.Timestamp(dt.datetime.combine(day, dt.time(), place)) for day in days]
    utc = [moment.tz_convert("UTC") for moment in midnights]
    return [Asked(start, end) for start, end in pairwise(utc)]


def _asked(
    project: Project,
    settings: TelephonySettings,
    days: list[Asked],
    environment: Mapping[str, str],
    policy: RetryPolicy,
) -> IntervalImport:
    config = project.config
    options = ImportOptions(timezone=config.timezone, interval_s=config.interval_s)
    whole = Asked(days[0].start, days[-1].end)
    if settings.kind is SwitchKind.CONNECT:
        answers = ask_connect(
            days,
            keys=lambda: _aws_keys(project, settings, environment),
            region=settings.region,
            instance=settings.instance,
            queues=list(settings.queues.values()),
            interval_s=config.interval_s,
            timezone=config.timezone,
            threshold_s=settings.threshold_s,
            short_s=settings.short_s,
            policy=policy,
            clock=lambda: dt.datetime.now(dt.UTC),
            url=settings.url,
        )
        if not any(answer["MetricResults"] for answer in answers.values()):
            return _nothing()
        names = {identity: name for name, identity in settings.queues.items()}
        return connect_metric_history(answers, options, queue_names=names, asked=whole)
    told = ask_genesys(
        days,
        client=settings.user,
        secret=read_secret(settings, project.root, environment),
        region=settings.region,
        interval_s=config.interval_s,
        timezone=config.timezone,
        policy=policy,
        url=settings.url,
    )
    if not any(answer["results"] for answer in told.answers.values()):
        return _nothing()
    own = {identity: name for name, identity in settings.queues.items()}
    chosen = told.queue_names | own
    return genesys_history(told.answers, options, queue_names=chosen, asked=whole)


def _nothing() -> IntervalImport:
    """No contacts on any of the days."""
    history, issue = schema.INTERVAL_HISTORY, schema.ISSUE
    frame = schema.check(pd.DataFrame(columns=history.names), history)
    return IntervalImport(frame, 0, schema.check(pd.DataFrame(columns=issue.names), issue))


def _aws_keys(
    project: Project, settings: TelephonySettings, environment: Mapping[str, str]
) -> AwsKeys:
    """Keys where the settings say: a secret alone, or as AWS's tools write temporary ones.

    That is JSON with AccessKeyId, SecretAccessKey and SessionToken. Without any place, the
    variables that AWS's tools read too.
    """
    secret = read_secret(settings, project.root, environment)
    if not secret:
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        keys = AwsKeys(*(environment.get(name, "") for name in names))
    elif secret.startswith("{"):
        try:
            facts = json.loads(secret)
        except ValueError:
            facts = {}
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        keys = AwsKeys(*(str(facts.get(name, "")) for name in names))
    else:
        keys = AwsKeys(settings.user, secret)
    if not (keys.access_key and keys.secret_key):
        fix = "name secret_env or secret_file with user, or set AWS_ACCESS_KEY_ID and its secret"
        where = f"telephony {settings.name!r}"
        raise InputError([Problem("no keys to sign with", "wfm.toml", 0, where, "", fix)])
    return keys
