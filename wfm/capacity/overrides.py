"""What-if: single numbers of a plan's inputs changed by their address.

An address is made of names: ``attrition.tenured``, ``queue.retail.aht_s[2026-03]``,
``price.seat_month``, ``classes.spring.size``. A series without a month means all of them, ``*``
means every name. The same addresses stand behind the input cells of the workbook.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wfm.capacity.inputs import CapacityInputs

__all__ = ["Override", "addresses", "overridden", "parse_override", "same_need"]

_MAIN = {
    "shrinkage": "share",
    "attrition": "annual",
    "pay": "per_hour",
    "contract": "hours_per_week",
    "headcount": "heads",
    "classes": "size",
    "moves": "heads",
    "ramp": "productivity",
}
"""The number that is meant when an address ends with a name."""

_FIXED = {"periods", "name", "queues"}
_FORM = re.compile(r"(.+?)\s*([*+-]?=)\s*(\S.*)")

Leaf = float | str | dt.date | None


@dataclass(frozen=True, slots=True)
class Override:
    """One change: ``address *= 1.05``, ``+=``, ``-=`` or ``=``."""

    address: str
    how: str
    value: str

    def __str__(self) -> str:
        """As it is written on the command line."""
        return f"{self.address}{self.how}{self.value}"


def parse_override(text: str) -> Override:
    """Change of a text.

    Raises
    ------
    ValueError
        When it has not the form ``address=value``.

    Examples
    --------
    >>> parse_override("queue.retail.aht_s*=1.05")
    Override(address='queue.retail.aht_s', how='*=', value='1.05')
    """
    match = _FORM.fullmatch(text.strip())
    if not match:
        raise ValueError(
            f"{text!r} is no change; write address=value, address*=1.05 or address+=0.02"
        )
    return Override(*match.groups())


def overridden(inputs: CapacityInputs, changes: Sequence[Override]) -> CapacityInputs:
    """The inputs with changes made in their order.

    Raises
    ------
    ValueError
        When there is no such address, the value does not fit, or the result is impossible.

    Examples
    --------
    >>> from wfm.capacity.timeline import months
    >>> inputs = CapacityInputs(months(dt.date(2026, 1, 1), 1), (), ())
    >>> overridden(inputs, [parse_override("training.washout+=0.05")]).training.washout
    0.15000000000000002
    """
    for change in changes:
        try:
            inputs = _changed(inputs, change.address, change, inputs)
        except ValueError as error:
            raise ValueError(f"{change}: {error}") from error
    return inputs


def addresses(inputs: CapacityInputs) -> dict[str, Leaf]:
    """Every address with its value, in the order of the inputs."""
    return dict(_leaves(inputs, "", inputs))


def same_need(one: CapacityInputs, other: CapacityInputs) -> bool:
    """Whether two inputs ask for the same work, so that it need not be staffed twice."""
    return (one.queue, one.peak_week, one.periods, one.group) == (
        other.queue,
        other.peak_week,
        other.periods,
        other.group,
    )


def _leaves(part: Any, path: str, inputs: CapacityInputs) -> Iterator[tuple[str, Leaf]]:
    for field in dataclasses.fields(part):
        if field.name in _FIXED:
            continue
        value = getattr(part, field.name)
        here = f"{path}.{field.name}" if path else field.name
        if field.type == "Series":
            for period, number in zip(inputs.periods, value, strict=True):
                yield f"{here}[{period.name}]", number
        elif isinstance(value, tuple):
            for item in value:
                yield from _leaves(item, f"{here}.{item.name}", inputs)
        elif dataclasses.is_dataclass(value):
            yield from _leaves(value, here, inputs)
        else:
            yield here, value


def _changed(part: Any, rest: str, change: Override, inputs: CapacityInputs) -> Any:
    """Copy of a part with the change made at the rest of its address."""
    fields = {field.name: field for field in dataclasses.fields(part)}
    name = re.match(r"[^.\[]*", rest)[0] if rest else ""  # type: ignore[index]
    if name not in fields or name in _FIXED:
        known = ", ".join(key for key in fields if key not in _FIXED)
        raise ValueError(f"no such input {name!r}; known are {known}")
    value, behind = getattr(part, name), rest[len(name) :]
    if fields[name].type == "Series":
        return replace(part, **{name: _series(value, behind, change, inputs)})
    if isinstance(value, tuple):
        return replace(part, **{name: _items(name, value, behind, change, inputs)})
    if dataclasses.is_dataclass(value):
        made = _changed(value, behind.removeprefix("."), change, inputs)
        return replace(part, **{name: made})
    if behind:
        raise ValueError(f"{name} has nothing inside it, found {behind!r}")
    return replace(part, **{name: _leaf(value, str(fields[name].type), change)})


def _items(
    name: str, items: tuple[Any, ...], behind: str, change: Override, inputs: CapacityInputs
) -> tuple[Any, ...]:
    """The items with those changed that the address names; the longest name that fits counts."""
    text = behind.removeprefix(".")
    hit = [item for item in items if _rest_after(text, item.name) is not None]
    longest = max((len(item.name) for item in hit), default=0)
    chosen = [item.name for item in hit if len(item.name) == longest]
    if text == "*" or text.startswith(("*.", "*[")):
        chosen = [item.name for item in items]
    if not chosen:
        known = ", ".join(item.name for item in items) or "none"
        raise ValueError(f"no such {name}: {text!r}; known are {known}")
    return tuple(_item(name, item, text, change, inputs, chosen) for item in items)


def _item(
    name: str,
    item: Any,
    text: str,
    change: Override,
    inputs: CapacityInputs,
    chosen: Sequence[str],
) -> Any:
    if item.name not in chosen:
        return item
    rest = text[1:] if text.startswith("*") else _rest_after(text, item.name) or ""
    if not rest or rest.startswith("["):
        if name not in _MAIN:
            known = ", ".join(f.name for f in dataclasses.fields(item) if f.name not in _FIXED)
            raise ValueError(f"say which number of {item.name!r}: {known}")
        rest = f".{_MAIN[name]}{rest}"
    return _changed(item, rest.removeprefix("."), change, inputs)


def _rest_after(text: str, name: str) -> str | None:
    """What follows a name at the start of an address; None where it does not stand there."""
    if not text.startswith(name):
        return None
    rest = text[len(name) :]
    return rest if not rest or rest[0] in ".[" else None


def _series(
    values: tuple[float, ...], behind: str, change: Override, inputs: CapacityInputs
) -> tuple[float, ...]:
    if not behind:
        return tuple(_number(value, change) for value in values)
    names = [period.name for period in inputs.periods]
    wanted = behind.removeprefix("[").removesuffix("]")
    if behind != f"[{wanted}]" or wanted not in names:
        raise ValueError(f"no such period {behind!r}; they run from {names[0]} to {names[-1]}")
    return tuple(
        _number(value, change) if name == wanted else value
        for name, value in zip(names, values, strict=True)
    )


def _leaf(value: Any, kind: str, change: Override) -> Any:
    """New value of a field by its declared kind."""
    if kind in {"int", "float"} or (kind == "float | None" and change.value != "none"):
        number = _number(value, change)
        if kind == "int" and number % 1:
            raise ValueError(f"must be a whole number, would be {number:g}")
        return int(number) if kind == "int" else number
    if change.how != "=":
        raise ValueError(f"can only be set, with =, not changed by {change.how}")
    if kind == "bool":
        return _flag(change.value)
    if kind.startswith("dt.date"):
        if change.value == "none" and "None" in kind:
            return None
        return dt.date.fromisoformat(change.value)
    if kind == "float | None":
        return None
    return type(value)(change.value)


def _flag(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false")
    return text.lower() == "true"


def _number(value: float | None, change: Override) -> float:
    try:
        given = float(change.value)
    except ValueError as error:
        raise ValueError(f"{change.value!r} is not a number") from error
    if change.how == "=":
        return given
    if value is None:
        raise ValueError("has no value yet; set it with =")
    if change.how == "*=":
        return value * given
    return value + given if change.how == "+=" else value - given
