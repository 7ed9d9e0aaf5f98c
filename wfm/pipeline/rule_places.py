"""Where in wfm.toml a rule stands that does not fit with others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from wfm.config import Config
from wfm.config.lines import Lines
from wfm.config.load import CONFIG_NAME
from wfm.errors import Problem

__all__ = ["with_places"]

_NAMED = re.compile(r"^(contract|shift|presence) '([^']*)'")


def with_places(problems: Iterable[Problem], config: Config) -> list[Problem]:
    """Problems of contracts, shifts and presence with the line of wfm.toml, others as they are."""
    lines = Lines(config.text)
    named = {
        "contract": [contract.name for contract in config.contracts],
        "shift": [template.name for template in config.templates],
        "presence": [rule.name for rule in config.scheduling.presence],
    }

    def placed(problem: Problem) -> Problem:
        found = _NAMED.match(problem.what)
        if problem.file or found is None or found[2] not in named[found[1]]:
            return problem
        row = lines.of(found[1], named[found[1]].index(found[2]), problem.column)
        return replace(problem, file=CONFIG_NAME, row=row) if row > 1 else problem

    return [placed(problem) for problem in problems]
