"""Mapping profiles as TOML text, for a centre to correct by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable

from wfm.telephony.profile import FieldSource, Profile

__all__ = ["profile_text"]


def profile_text(profile: Profile, notes: Iterable[str] = ()) -> str:
    """TOML of a profile; :func:`wfm.telephony.load_profile` reads it back.

    Parameters
    ----------
    notes
        Lines of comment at the top: what to look at.
    """
    lines = [f"# {note}" for note in notes]
    lines += [f"title = {_text(profile.title)}", f"verified = {_flag(profile.verified)}"]
    if profile.header:
        lines.append(f"columns = {_list(profile.header)}")
    if profile.delimiter is not None:
        lines.append(f"delimiter = {_text(profile.delimiter)}")
    lines.append(f"missing = {_list(sorted(profile.missing))}")
    lines += ["", "[time]", f"columns = {_list(profile.time_columns)}"]
    lines.append(f"format = {_text(profile.time_format)}")
    lines.append(f"utc = {_flag(profile.utc)}")
    lines += ["", "[fields]"]
    lines += [f"{name} = {_source(source)}" for name, source in profile.fields.items()]
    return "\n".join(lines) + "\n"


def _source(source: FieldSource) -> str:
    columns = _text(source.columns[0]) if len(source.columns) == 1 else _list(source.columns)
    return f"{{ column = {columns}, unit = {_text(source.unit)} }}" if source.unit else columns


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    # a JSON string is a TOML basic string, but for DEL, which TOML wants escaped
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _flag(value: bool) -> str:
    return "true" if value else "false"
