"""wfm.toml into frozen objects, and every way it can be wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from wfm.config import load, parse
from wfm.domain import Anchor, StaffingModel
from wfm.errors import InputError

ROOT = Path(__file__).resolve().parents[2]

GOOD = """\
[centre]
name = "Bank"
timezone = "America/New_York"
interval = "30m"

[[queue]]
name = "bank"
open = { mon-fri = "07:00-21:00", holidays = "closed", "2026-12-24" = "07:00-12:00" }
aht = "3m"
target = { service_level = 0.9, threshold = "10s" }

[shrinkage]
planned = { leave = 0.10 }
unplanned = { sick = 0.05 }

[[shift]]
name = "day"
start = "07:00-10:00"
start_step = "30m"
length = "8h-9h"
length_step = "30m"
breaks = [
  { name = "break", length = "15m", paid = true, when = "1h-3h from start" },
  { name = "lunch", length = "30m", paid = false, when = "1h-3h from end", if_longer_than = "6h" },
]

[[contract]]
name = "full"
shifts = ["day"]
hours_per_day = "7h-9h"
hours_per_week = "37.5h-40h"
days_per_week = "4-5"

[scheduling]
under = "service"
"""


def line_of(text: str) -> int:
    """Line of the good file on which a text begins."""
    return GOOD[: GOOD.index(text)].count("\n") + 1


def problems_of(text: str) -> list[str]:
    """Messages of a text that must be refused."""
    with pytest.raises(InputError) as refused:
        parse(text)
    return [str(problem) for problem in refused.value.problems]


def test_every_section_is_read() -> None:
    """Durations, clock spans and ranges come out in seconds."""
    config = parse(GOOD)
    queue = config.queues[0]
    assert (config.interval_s, queue.aht_s, queue.target.threshold_s) == (1800, 180.0, 10.0)
    assert queue.model is StaffingModel.ERLANG_A
    assert queue.opening.spans(dt.date(2026, 12, 24), holiday=True) == ((25200, 43200),)
    assert queue.opening.spans(dt.date(2026, 12, 25), holiday=True) == ()
    lunch = config.templates[0].breaks[1]
    assert (lunch.anchor, lunch.window_s, lunch.if_longer_than_s) == (
        Anchor.END,
        (3600, 10800),
        21600,
    )
    assert config.contracts[0].week_s == (135000, 144000)
    assert config.contracts[0].days_per_week == (4, 5)
    assert config.price_by_service
    assert config.shrinkage.total == pytest.approx(0.15)


def test_the_shipped_files_are_good() -> None:
    """The example's wfm.toml and the one that init writes are accepted."""
    assert load(ROOT / "data" / "wfm.toml").queues[0].name == "bank"
    assert load(ROOT / "wfm" / "pipeline" / "templates" / "wfm.toml").country == "DE"


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ('name = "Bank"', 'name = "Bank"\nnick = "x"', "timezone", "unknown key"),
        ('"America/New_York"', '"America/Nowhere"', "", "unknown time zone"),
        ('interval = "30m"', 'interval = "7m"', "", "no such planning interval"),
        ('interval = "30m"', "interval = 30", "", "with its unit"),
        ("07:00-21:00", "21:00-07:00", "", "comes before opening"),
        ("07:00-21:00", "07:00-25:00", "", "time of day"),
        ("mon-fri", "mon-fry", "", "weekdays"),
        ('aht = "3m"', 'aht = "3 minutes"', "", "with its unit"),
        ("service_level = 0.9", "service_level = 90", "", "fraction"),
        (
            "service_level = 0.9",
            "service_lvl = 0.9",
            "",
            "queue 'bank'.target.service_lvl: unknown",
        ),
        ("service_level = 0.9", "service_lvl = 0.9", "", "did you mean service_level?"),
        ('threshold = "10s"', 'threshold = "10s", definition = "best"', "", "is not one of"),
        ("leave = 0.10", "leave = 0.99", "[shrinkage]", "nobody would be left"),
        ("leave = 0.10", 'leave = "10%"', "", "number"),
        ('length = "8h-9h"', 'length = "9h-8h"', "", "small to large"),
        ('start = "07:00-10:00"', 'start = "10:00-07:00"', "", "small to large"),
        ('"37.5h-40h"', '"40h-37.5h"', "", "small to large"),
        ('"1h-3h from start"', '"3h-1h from start"', "", "small to large"),
        ('"1h-3h from start"', '"99999999w-1h from start"', "", "ten years"),
        ('under = "service"', "over = inf", "", "number of at least 0"),
        ('under = "service"', "under = inf", "", "neither"),
        ('name = "Bank"', 'name = " "', "", "is empty"),
        ('interval = "30m"', 'country = "XX"', "", "no such country"),
        ('name = "bank"\nopen', 'name = "bank"\nopen = "alwys" #', "open = {", "always"),
        ('name = "bank"\nopen', 'name = "bank"\nopen = 5 #', "open = {", "always"),
        ('"07:00-21:00"', "7", "", "write opening hours"),
        ('"07:00-21:00"', "[7]", "", "write opening hours"),
        ('"07:00-21:00"', '["07:00-12:00", "11:00-13:00"]', "", "overlap"),
        ('"2026-12-24"', '"2026-13-24"', "", "month"),
        ("planned = { leave = 0.10 }", "planned = 0.10", "", "is not a table"),
        ('shifts = ["day"]', "shifts = 5", "", "list of texts"),
        ('shifts = ["day"]', 'shifts = "day"', "", "list of texts"),
        ('"1h-3h from start"', '"1h-3h after start"', "", "1h-3h from start"),
        ('"1h-3h from start"', '"1h-9h from start"', "[[shift]]", "does not fit"),
        ('"1h-3h from start"', '"60%-40% of length"', "", "small to large"),
        ('"1h-3h from start"', '"90%-100% of length"', "[[shift]]", "does not fit"),
        ('"1h-3h from start"', '"47%-48% of length"', "[[shift]]", "no start"),
        ("paid = false", 'paid = "no"', "", "neither true nor false"),
        ('shifts = ["day"]', 'shifts = ["night"]', "", "no such shift"),
        ('days_per_week = "4-5"', "days_per_week = 8", "", "from 1 to 7"),
        ('days_per_week = "4-5"', "days_per_week = true", "", "days per week"),
        ('under = "service"', "under = -1", "", "neither"),
        ("[scheduling]", "[skeduling]", "", "unknown key"),
        ("[[contract]]", "[[contracts]]", "[[contract]]", "did you mean contract?"),
        ('name = "full"\n', "", "[[contract]]", "is missing"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, place: str, words: str) -> None:
    """One mistake, one problem that names its line (or its section's) and what to do."""
    line = line_of(place or old)
    found = problems_of(GOOD.replace(old, new, 1))
    assert [text for text in found if text.startswith(f"wfm.toml:{line}:") and words in text], found


def test_a_key_that_is_wrong_is_told_once() -> None:
    """Hours that are none are one mistake; the key itself is known."""
    text = GOOD.replace('name = "bank"\nopen', 'name = "bank"\nopen = "alwys" #', 1)
    assert [found for found in problems_of(text) if "alwys" in found or "unknown key" in found] == [
        found for found in problems_of(text) if "alwys" in found
    ]


def test_all_mistakes_are_told_at_once() -> None:
    """Three mistakes in three sections give three problems in line order."""
    text = GOOD.replace('"3m"', '"3"').replace("07:00-10:00", "7-10").replace('"full"', "5")
    lines = [int(problem.split(":")[1]) for problem in problems_of(text)]
    assert lines == sorted(lines)
    assert {line_of(text) for text in ('aht = "3m"', "07:00-10:00", 'name = "full"')} <= set(lines)


def test_what_is_not_toml_is_told_with_its_line() -> None:
    """A broken file names the line of the break."""
    assert problems_of(GOOD.replace("[[queue]]", "[[queue"))[0].startswith(
        "wfm.toml:6: is not TOML"
    )


@pytest.mark.parametrize("horizon", ["3h", "36h", "0d"])
def test_a_horizon_of_broken_days_is_refused(horizon: str) -> None:
    """The forecast goes by whole days, so a part of one is not rounded in silence."""
    found = problems_of(GOOD + f'\n[forecast]\nhorizon = "{horizon}"\n')
    assert len(found) == 1
    assert "whole days" in found[0]


def test_one_mistake_is_one_problem() -> None:
    """A wrong length raises no second problem about breaks, nor about who uses the shift."""
    found = problems_of(GOOD.replace('length = "8h-9h"', 'length = "8-9 hours"'))
    assert len(found) == 1
    assert found[0].startswith(f"wfm.toml:{line_of('length = ')}: shift 'day'.length")
    assert len(problems_of(GOOD.replace('shifts = ["day"]', 'shifts = "day"'))) == 1


@pytest.mark.parametrize("text", ["", "centre = 5\n", "queue = 5\n", "[queue]\nname = 'a'\n"])
def test_strange_files_are_refused_in_words(text: str) -> None:
    """No text makes the reader fail other than by its own problems."""
    assert all(found.startswith("wfm.toml:") for found in problems_of(text))


def test_a_file_that_ends_too_soon_names_its_last_line() -> None:
    """An open bracket is found missing at the end."""
    assert problems_of("[centre]\nname = [1,")[0].startswith("wfm.toml:2: is not TOML")


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    """The line of the first strange byte is told; a byte-order mark is no fault."""
    path = tmp_path / "wfm.toml"
    path.write_bytes(GOOD.replace('"Bank"', '"Bänk"').encode("latin-1"))
    with pytest.raises(InputError, match=r"wfm.toml:2: is not UTF-8, found 'byte 0xe4'"):
        load(path)
    path.write_text(GOOD, encoding="utf-8-sig")
    assert load(path).name == "Bank"
    with pytest.raises(InputError, match="Is a directory"):
        load(tmp_path)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    """No wfm.toml: the message leads to ``wfm init``."""
    with pytest.raises(InputError, match="wfm init"):
        load(tmp_path / "wfm.toml")


def test_a_name_used_twice_is_refused() -> None:
    """Two queues of one name cannot be told apart."""
    queue = GOOD[GOOD.index("[[queue]]") : GOOD.index("[shrinkage]")]
    found = problems_of(GOOD.replace("[shrinkage]", queue + "\n[shrinkage]"))
    where = f"wfm.toml:{line_of('[shrinkage]') + 1}: queue 'bank'.name: an earlier queue"
    assert [text for text in found if text.startswith(where)], found


def test_a_share_with_a_percent_sign_is_told_how_to_be_written():
    """80 and "80%" are both told the number that is meant."""
    for wrong in ('"90%"', "90"):
        (told,) = problems_of(GOOD.replace("service_level = 0.9", f"service_level = {wrong}"))
        assert "80 % as 0.80" in told
    (told,) = problems_of(GOOD.replace("sick = 0.05", 'sick = "5%"'))
    assert told.startswith(f"wfm.toml:{line_of('unplanned')}: ")
    assert "write a share as a number, 80 % as 0.80, found '5%'" in told
