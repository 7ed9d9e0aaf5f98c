"""``[[telephony]]``: switches and clouds that are asked over the network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from wfm.config.section import Section
from wfm.config.values import flag, one_of

__all__ = ["SwitchKind", "TelephonySettings", "read_telephony"]

_ADDRESS = re.compile(r"(https://|http://(127\.0\.0\.1|localhost)(:|/|$))\S*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class SwitchKind(StrEnum):
    """What speaks at the other end."""

    ASTERISK = "asterisk"
    FREESWITCH = "freeswitch"
    CONNECT = "connect"
    GENESYS = "genesys"


_PORTS = {SwitchKind.ASTERISK: 5038, SwitchKind.FREESWITCH: 8021}
_TLS_PORT = 5039
_LIVE_KEYS = ("host", "port")
_TLS_KEYS = ("tls", "tls_ca")
_CLOUD_KEYS = ("region", "instance", "queues", "url")


@dataclass(frozen=True, slots=True)
class TelephonySettings:
    """One switch or cloud. The secret itself is never here, only where it is kept.

    Parameters
    ----------
    name
        For the command line, and for what is kept of it.
    host, port
        Where a switch listens.
    tls, tls_ca
        Whether Asterisk is spoken to over TLS, and the file of the authority whose certificates are
        believed, beside wfm.toml; those of this machine where none is named.
    user
        User of a manager interface, or client id of a cloud.
    secret_env, secret_file
        Environment variable, or file (mode 600), that holds the secret.
    region, instance
        Of a cloud: its region, and the ARN of the instance.
    queues
        Queues to ask for: ids by the names they have here.
    url
        Other address of a cloud than its region's, for a proxy.
    threshold_s, short_s
        Answer threshold and longest short abandon [s].
    """

    name: str
    kind: SwitchKind
    host: str = ""
    port: int = 0
    user: str = ""
    secret_env: str = ""
    secret_file: str = ""
    region: str = ""
    instance: str = ""
    queues: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    threshold_s: float = 20.0
    short_s: float = 5.0
    tls: bool = False
    tls_ca: str = ""

    @property
    def is_live(self) -> bool:
        """Whether it can be followed; the others are asked for days that are over."""
        return self.kind in _PORTS


def read_telephony(section: Section) -> TelephonySettings | None:
    """Settings of one ``[[telephony]]``; None where a problem was noted."""
    name = section.read("name", "", _name, required=True)
    kind = section.read("kind", SwitchKind.ASTERISK, one_of(SwitchKind), required=True)
    live = kind in _PORTS
    _refuse_strange(section, kind)
    tls, tls_ca = section.read("tls", False, flag), section.text("tls_ca")
    if tls_ca and not tls:
        section.complain("tls_ca", "is of no use without TLS", fix="write tls = true")
    host = section.text("host", "127.0.0.1" if live else "")
    port = section.read("port", _TLS_PORT if tls else _PORTS.get(kind, 0), _port)
    user = section.text("user", required=kind in {SwitchKind.ASTERISK, SwitchKind.GENESYS})
    secret_env, secret_file = _secret(section, needed=bool(user) or kind is not SwitchKind.CONNECT)
    region = section.text("region", required=not live)
    connect = kind is SwitchKind.CONNECT
    instance = section.text("instance", required=connect)
    queues = _queues(section, required=connect)
    url = section.read("url", "", _url)
    threshold_s, short_s = section.duration("threshold", 20), section.duration("short", 5)
    section.finish()
    return section.build(
        lambda: TelephonySettings(
            name=name,
            kind=kind,
            host=host,
            port=port,
            user=user,
            secret_env=secret_env,
            secret_file=secret_file,
            region=region,
            instance=instance,
            queues=queues,
            url=url,
            threshold_s=float(threshold_s),
            short_s=float(short_s),
            tls=tls,
            tls_ca=tls_ca,
        )
    )


def _refuse_strange(section: Section, kind: SwitchKind) -> None:
    """Refuse keys that other kinds have."""
    strange = _CLOUD_KEYS if kind in _PORTS else _LIVE_KEYS
    for key in strange if kind is SwitchKind.ASTERISK else strange + _TLS_KEYS:
        if section.has(key):
            section.complain(key, f"means nothing to kind {str(kind)!r}", fix="remove it")


def _secret(section: Section, *, needed: bool) -> tuple[str, str]:
    """Environment variable or file of the secret: one of the two where one is needed."""
    secret_env, secret_file = section.text("secret_env"), section.text("secret_file")
    if needed and bool(secret_env) == bool(secret_file):
        fix = 'write secret_env = "NAME" or secret_file = "PATH", the file with mode 600'
        section.complain("", "needs one place of its secret", fix=fix)
    return secret_env, secret_file


def _name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("is no name of letters, digits, dot, dash and underscore")
    return value


def _queues(section: Section, *, required: bool) -> dict[str, str]:
    if required and not section.has("queues"):
        fix = 'write queues = { name = "id" }'
        section.complain("queues", "is missing", fix=fix)
    table = section.child("queues")
    found = {name: table.text(name, required=True) for name in table.table}
    table.finish()
    return found


def _url(value: Any) -> str:
    """Address; in the clear only on this machine, for a token goes with every request."""
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise ValueError("is no https address")
    return value.rstrip("/")


def _port(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 65536:
        raise ValueError("is no port from 1 to 65535")
    return value
