"""The questions of a launch, asked one by one, and the answers file that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import resources

from wfm.config.launch import parse_answers
from wfm.errors import InputError
from wfm.pipeline.launching.centre_files import toml_value

__all__ = ["Question", "ask_all", "template_text"]

_DATE = "opening_day"


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Parameters
    ----------
    text
        As it is asked.
    default
        Taken when nothing is typed.
    """

    key: str
    text: str
    default: str


_CENTRE: dict[str, tuple[Question, ...]] = {
    "why": (
        Question("goal", "Why: what is the centre for", "Serve our customers"),
        Question("contact_value", "What is a lost contact worth", "0"),
    ),
    "who": (Question("customers", "Who: how many customers may get in touch", "10000"),),
    "where": (
        Question("name", "Where: name of the centre", "New centre"),
        Question("timezone", "Time zone (IANA name)", "Europe/Berlin"),
        Question("country", "Country of the public holidays (ISO code)", "DE"),
        Question("currency", "Currency", "EUR"),
        Question("seats", "Seats on the floor (0: not known yet)", "0"),
        Question("room_m2", "Room in m² (0: not known yet)", "0"),
        Question("ceiling_m", "Ceiling in m (0: not known yet)", "0"),
    ),
    "when": (
        Question(_DATE, "When: opening day (like 2027-03-01)", ""),
        Question("months", "Months to plan from then on", "12"),
    ),
}
_QUEUE = (
    Question("name", "What: name of the queue", "calls"),
    Question("channel", "Channel (voice, chat, deferred)", "voice"),
    Question("open", 'Hours, like mon-fri 08:00-20:00, or "always"', "mon-fri 08:00-20:00"),
    Question("service_level", "Promise: share answered in time", "0.8"),
    Question("threshold", "In time means within", "20s"),
    Question("aht", "Handle time of a contact", "180s"),
    Question("contacts_per_customer", "Contacts per customer and month (0: not known)", "0.2"),
    Question("per_day", "Contacts on an open day by comparison (0: not known)", "0"),
)
_NUMBERS = {
    "contact_value",
    "customers",
    "seats",
    "room_m2",
    "ceiling_m",
    "months",
    "contacts_per_customer",
    "per_day",
}


def template_text() -> str:
    """Annotated example of an answers file."""
    return (resources.files("wfm.pipeline") / "templates" / "answers.toml").read_text("utf-8")


def ask_all(
    ask: Callable[[Question], str], more: Callable[[], bool], complain: Callable[[str], None]
) -> str:
    """Text of an answers file, asked for question by question.

    A section is asked again as long as what was typed makes no sense.

    Parameters
    ----------
    ask
        Puts one question and gives what was typed.
    more
        Asks whether there is another queue.
    complain
        Tells what is wrong with a section.
    """
    text = ""
    for name, questions in _CENTRE.items():
        text += _sound(partial(_section, name, questions, ask), text, complain)
    while True:
        text += _sound(partial(_queue, ask), text, complain)
        if not more():
            return text


def _sound(make: Callable[[], str], before: str, complain: Callable[[str], None]) -> str:
    """A section once it can be read; what is still to come counts as answered."""
    while True:
        made = make()
        problems = list(_problems(before + made))
        if not problems:
            return made
        for problem in problems:
            complain(problem)


def _problems(text: str) -> Iterator[str]:
    missing = {
        "[where]": '[where]\nname = "x"\ntimezone = "UTC"\n',
        "[when]": "[when]\nopening_day = 2027-01-01\n",
        "[[queue]]": '[[queue]]\nname = "x"\nopen = "always"\nper_day = 1\n',
    }
    whole = text + "".join(part for head, part in missing.items() if head not in text)
    try:
        parse_answers(whole)
    except InputError as error:
        for problem in error.problems:
            found = f", found {problem.found!r}" if problem.found else ""
            yield f"{problem.column}: {problem.what}{found}"


def _section(name: str, questions: tuple[Question, ...], ask: Callable[[Question], str]) -> str:
    lines = [f"{one.key} = {_typed(one.key, ask(one))}\n" for one in questions]
    return f"[{name}]\n{''.join(lines)}\n"


def _queue(ask: Callable[[Question], str]) -> str:
    told = {one.key: ask(one).strip() for one in _QUEUE}
    lines = [f"{key} = {toml_value(told[key])}\n" for key in ("name", "channel", "aht")]
    if told["channel"] == "deferred":
        lines.append('open = "always"\n')
        lines.append(f"worked = {_hours(told['open'])}\n")
    else:
        lines.append(f"open = {_hours(told['open'])}\n")
    target = f"service_level = {_typed('months', told['service_level'])}, "
    lines.append(f"target = {{ {target}threshold = {toml_value(told['threshold'])} }}\n")
    volume = [key for key in ("contacts_per_customer", "per_day") if told[key] not in ("", "0")]
    lines += [f"{key} = {_typed(key, told[key])}\n" for key in volume]
    return f"[[queue]]\n{''.join(lines)}\n"


def _hours(text: str) -> str:
    """Hours as they are typed, ``mon-fri 08:00-20:00, sat 09:00-14:00``, as TOML."""
    if text == "always":
        return toml_value(text)
    spans = {}
    for part in text.split(","):
        day, _, span = part.strip().partition(" ")
        spans[day or "?"] = span.strip()
    return toml_value(spans)


def _typed(key: str, text: str) -> str:
    """A number or date bare where one is meant and one was typed, else text."""
    plain = text.strip()
    if key in _NUMBERS:
        try:
            number = float(plain)
        except ValueError:
            return toml_value(plain)
        return f"{int(number)}" if number == int(number) else f"{number}"
    return toml_value(plain)
