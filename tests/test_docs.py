"""README says what is true: commands and options exist, links lead somewhere, no host is named."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from wfm import schema
from wfm.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [*ROOT.glob("*.md"), ROOT / "data" / "README.md"]


def documented_commands() -> list[str]:
    """Lines of README's shell blocks that call wfm."""
    blocks = re.findall(r"```(?:sh|shell|bash)\n(.*?)```", README, re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("wfm ")]


def resolve(words: list[str]) -> tuple[Any, list[str]]:
    """Command that the words name, and the words left over."""
    command: Any = typer.main.get_command(app)
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    return command, words


def leaves(command: Any, path: str) -> list[str]:
    """Full names of all commands below one."""
    below = getattr(command, "commands", {})
    found = [leaf for name, child in below.items() for leaf in leaves(child, f"{path} {name}")]
    return found or [path]


@pytest.mark.parametrize("line", documented_commands())
def test_a_documented_command_exists_with_its_options(line: str) -> None:
    """README calls only commands and options that there are."""
    command, rest = resolve(shlex.split(line)[1:])
    assert command.name != "wfm" or rest[:1] in ([], ["--help"], ["--version"]), line
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    for word in rest:
        if word.startswith("--"):
            assert word.split("=")[0] in known, f"{line}: {word}"


def test_every_command_is_documented() -> None:
    """Each command of the command line appears in README."""
    commands = leaves(typer.main.get_command(app), "wfm")
    assert not [name for name in commands if name not in README]


def test_links_lead_somewhere() -> None:
    """Relative links of the pages name files of the project."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_lock_file_names_no_host() -> None:
    """Pins only: no index, no address, no hash."""
    lock = (ROOT / "scripts" / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--" not in lock.split("\n", 1)[1]


def test_the_glossary_has_every_column() -> None:
    """Each table that crosses a border says unit and meaning of each column."""
    for table in schema.TABLES.values():
        assert set(table.key) <= set(table.names), table.name
        assert all(column.meaning for column in table.columns), table.name
