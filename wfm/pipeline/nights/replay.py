"""A past night once more, with what it knew, to see whether it comes to the same numbers."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from wfm import __version__
from wfm.errors import UsageError
from wfm.pipeline.executor import executor
from wfm.pipeline.nights.choice import choices_at
from wfm.pipeline.nights.queues import NightInputs, make_queues, with_their_groups
from wfm.pipeline.project import Project, open_project
from wfm.store import NIGHTLY, Run, open_store

__all__ = ["Replay", "replay"]


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay beside the night itself.

    Parameters
    ----------
    queues
        queue, same, contacts (of the night), contacts_again.
    code_version
        Version that made the night; another one may well differ.
    """

    run: str
    queues: pd.DataFrame
    code_version: str

    @property
    def same(self) -> bool:
        """Whether every queue came to the same numbers, to the last bit."""
        return bool(self.queues["same"].all())


def replay(project: Project, run: str, *, workers: int = 1) -> Replay:
    """Forecast and staff a past night again from what it went by; nothing is written.

    The history is read as it stood then, without what came or was corrected later, choices of
    models are those that the night found, and wfm.toml, events.csv and the like are those kept
    with the run. Queues that fell back or were skipped are left out.

    Raises
    ------
    UsageError
        When there is no such night, or it never finished.
    """
    with open_store(project.store) as store, tempfile.TemporaryDirectory() as folder:
        rows = {row["run"]: row for row in store.runs().to_dict("records")}
        if run not in rows or rows[run]["kind"] != NIGHTLY:
            raise UsageError(f"no night {run!r}; `wfm runs list` shows them")
        night = Run(**rows[run])
        there = {name: text for name, text in store.nights.inputs(run).items() if text}
        for name, text in there.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        then = replace(open_project(Path(folder) / "wfm.toml"), store=project.store)
        outcomes = store.nights.queues(run).set_index("queue")
        outcomes = outcomes[outcomes["results_hash"].notna()]
        if night.as_of is None or outcomes.empty:
            raise UsageError(f"run {run} has nothing to replay; its status is {night.status}")
        as_of = dt.datetime.fromisoformat(night.as_of)
        choices = choices_at(store, then.config, as_of, known_at=night.created_at)
        inputs = NightInputs(then, store, as_of, night.known_import, choices)
        names = [name for name in with_their_groups(then, outcomes.index) if name in outcomes.index]
        again = []
        with executor(workers=workers) as where:
            for made in make_queues(where, inputs, names, ahead=2 * workers):
                contacts = float(made.forecast["mean"].sum()) if len(made.forecast) else 0.0
                again.append((made.queue, made.results_hash, contacts))
    told = pd.DataFrame(again, columns=["queue", "hash", "contacts_again"])
    table = told.set_index("queue").reindex(outcomes.index)
    table["contacts"] = outcomes["contacts"]
    table["same"] = table["hash"] == outcomes["results_hash"]
    columns = ["same", "contacts", "contacts_again"]
    return Replay(run, table[columns].reset_index(), night.code_version or __version__)
