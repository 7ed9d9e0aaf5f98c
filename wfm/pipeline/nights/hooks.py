"""Who is told how a night went: a command, a webhook, a mail, by exit code."""

from __future__ import annotations

import json
import logging
import os
import smtplib
import subprocess
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from wfm.config.nightly import Hook

__all__ = ["call_hooks"]

log = logging.getLogger(__name__)

_USER, _PASSWORD = "WFM_SMTP_USER", "WFM_SMTP_PASSWORD"
_STARTTLS_PORT, _TLS_PORT = 587, 465


def call_hooks(hooks: Sequence[Hook], status: Mapping[str, Any], *, root: Path) -> list[str]:
    """Call every hook that wants the exit code; gives what went wrong with them.

    A hook that fails costs neither the night nor the other hooks.

    Parameters
    ----------
    status
        exit_code, summary (one line) and what else is known; JSON for commands and webhooks.
    root
        Folder that commands run in.
    """
    problems = []
    for hook in hooks:
        if hook.on and status["exit_code"] not in hook.on:
            continue
        try:
            if hook.command:
                _command(hook, status, root)
            elif hook.webhook:
                _webhook(hook, status)
            else:
                _mail(hook, status)
        except Exception as error:
            # whatever a server or program does: the night is over and must end as it went
            what = hook.command[:1] or hook.webhook or hook.mail_to
            problems.append(f"hook {what}: {type(error).__name__}: {error}")
            log.error("%s", problems[-1], extra={"facts": {"event": "hook_failed"}})
    return problems


def _command(hook: Hook, status: Mapping[str, Any], root: Path) -> None:
    """Exit code and summary in the environment, the whole status on standard input."""
    told = {
        "WFM_EXIT_CODE": str(status["exit_code"]),
        "WFM_SUMMARY": str(status["summary"]),
        "WFM_RUN": str(status.get("run", "")),
    }
    subprocess.run(
        hook.command,
        input=json.dumps(status, default=str),
        text=True,
        cwd=root,
        env=os.environ | told,
        timeout=hook.timeout_s,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _webhook(hook: Hook, status: Mapping[str, Any]) -> None:
    import httpx

    # addresses with a secret in them stay out of wfm.toml
    address = os.path.expandvars(hook.webhook)
    body = json.dumps(status, default=str)
    headers = {"Content-Type": "application/json"}
    answer = httpx.post(address, content=body, headers=headers, timeout=hook.timeout_s)
    answer.raise_for_status()


def _mail(hook: Hook, status: Mapping[str, Any]) -> None:
    """Plain mail; TLS on port 465, STARTTLS on 587, log-in where the environment has a user."""
    mail = EmailMessage()
    mail["Subject"] = f"wfm night: {status['status']}, exit code {status['exit_code']}"
    mail["From"], mail["To"] = hook.mail_from, ", ".join(hook.mail_to)
    lines = [status["summary"], *status.get("alarms", ()), *status.get("findings", ())]
    mail.set_content("\n".join(map(str, lines)) + "\n")
    host, _, port = hook.smtp.rpartition(":")
    kind = smtplib.SMTP_SSL if int(port) == _TLS_PORT else smtplib.SMTP
    with kind(host, int(port), timeout=hook.timeout_s) as server:
        if int(port) == _STARTTLS_PORT:
            server.starttls()
        if os.environ.get(_USER):
            server.login(os.environ[_USER], os.environ.get(_PASSWORD, ""))
        server.send_message(mail)
