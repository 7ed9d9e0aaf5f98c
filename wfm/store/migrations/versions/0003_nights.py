"""Nights: what each queue came to, what is in force, accuracy, and the history as it was."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_FIGURES: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
    ("answered", sa.BigInteger()),
    ("abandoned", sa.BigInteger()),
    ("short_abandoned", sa.BigInteger()),
    ("timeout", sa.BigInteger()),
    ("key_exit", sa.BigInteger()),
    ("empty_exit", sa.BigInteger()),
    ("withdrawn", sa.BigInteger()),
    ("lost", sa.BigInteger()),
    ("answered_in_threshold", sa.BigInteger()),
    ("wait_answered_s", sa.Double()),
    ("wait_abandoned_s", sa.Double()),
    ("talk_s", sa.Double()),
    ("transferred", sa.BigInteger()),
    ("ring_no_answer", sa.BigInteger()),
    ("not_first_visit", sa.BigInteger()),
)

_ADDED: tuple[tuple[str, str, sa.types.TypeEngine[Any], str | None], ...] = (
    ("interval_history", "import_id", sa.BigInteger(), "0"),
    ("import_log", "first_start", sa.DateTime(timezone=True), None),
    ("run", "known_import", sa.BigInteger(), None),
    ("run", "finished_at", sa.DateTime(timezone=True), None),
    ("run", "pruned_at", sa.DateTime(timezone=True), None),
)


def upgrade() -> None:
    """Add columns and tables; history that is there already was known from the beginning."""
    for table, name, kind, default in _ADDED:
        op.add_column(
            table, sa.Column(name, kind, nullable=default is None, server_default=default)
        )
    op.create_table(
        "interval_was",
        sa.Column("queue", sa.Text(), primary_key=True),
        sa.Column("interval_start", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("interval_s", sa.BigInteger(), nullable=False),
        sa.Column("offered", sa.BigInteger(), nullable=False),
        *(sa.Column(name, kind) for name, kind in _FIGURES),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("replaced_by", sa.BigInteger(), primary_key=True, autoincrement=False),
    )
    op.create_table(
        "run_queue",
        sa.Column("run", sa.Text(), sa.ForeignKey("run.run"), primary_key=True),
        sa.Column("queue", sa.Text(), primary_key=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("message", sa.Text()),
        sa.Column("source_run", sa.Text()),
        sa.Column("inputs_hash", sa.Text()),
        sa.Column("results_hash", sa.Text()),
        sa.Column("models", sa.Text()),
        sa.Column("history_rows", sa.BigInteger(), nullable=False),
        sa.Column("contacts", sa.Double()),
        sa.Column("agent_hours", sa.Double()),
        sa.Column("seconds", sa.Double()),
    )
    op.create_table(
        "run_input",
        sa.Column("run", sa.Text(), sa.ForeignKey("run.run"), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_table(
        "promotion",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("run", sa.Text(), sa.ForeignKey("run.run"), nullable=False),
        sa.Column("promoted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
    )
    op.create_table(
        "pin",
        sa.Column("run", sa.Text(), sa.ForeignKey("run.run"), primary_key=True),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text()),
    )
    op.create_table(
        "accuracy",
        sa.Column("queue", sa.Text(), primary_key=True),
        sa.Column("level", sa.Text(), primary_key=True),
        sa.Column("lead_days", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("day", sa.Text(), primary_key=True),
        sa.Column("run", sa.Text(), sa.ForeignKey("run.run"), nullable=False),
        sa.Column("actual", sa.Double(), nullable=False),
        sa.Column("forecast", sa.Double(), nullable=False),
        sa.Column("absolute_error", sa.Double(), nullable=False),
        sa.Column("floor_error", sa.Double(), nullable=False),
    )


def downgrade() -> None:
    """Take them away; the history stays as it is now."""
    for table in ("accuracy", "pin", "promotion", "run_input", "run_queue", "interval_was"):
        op.drop_table(table)
    for table, name, _, _ in reversed(_ADDED):
        op.drop_column(table, name)
