"""The first tables: interval history with its imports and issues, runs with their results."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "run",
        sa.Column("run", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Text()),
        sa.Column("inputs_hash", sa.Text(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), sa.ForeignKey("run.run")),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
    )
    op.create_table(
        "import_log",
        sa.Column("import_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "interval_history",
        sa.Column("queue", sa.Text(), primary_key=True),
        sa.Column("interval_start", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("interval_s", sa.BigInteger(), nullable=False),
        sa.Column("offered", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.BigInteger()),
        sa.Column("abandoned", sa.BigInteger()),
        sa.Column("short_abandoned", sa.BigInteger()),
        sa.Column("timeout", sa.BigInteger()),
        sa.Column("key_exit", sa.BigInteger()),
        sa.Column("empty_exit", sa.BigInteger()),
        sa.Column("withdrawn", sa.BigInteger()),
        sa.Column("lost", sa.BigInteger()),
        sa.Column("answered_in_threshold", sa.BigInteger()),
        sa.Column("wait_answered_s", sa.Double()),
        sa.Column("wait_abandoned_s", sa.Double()),
        sa.Column("talk_s", sa.Double()),
        sa.Column("transferred", sa.BigInteger()),
        sa.Column("ring_no_answer", sa.BigInteger()),
        sa.Column("not_first_visit", sa.BigInteger()),
    )
    op.create_table(
        "forecast",
        sa.Column("run", sa.Text(), sa.ForeignKey("run.run"), primary_key=True),
        sa.Column("queue", sa.Text(), primary_key=True),
        sa.Column("interval_start", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("interval_s", sa.BigInteger(), nullable=False),
        sa.Column("mean", sa.Double(), nullable=False),
        sa.Column("q0.025", sa.Double()),
        sa.Column("q0.1", sa.Double()),
        sa.Column("q0.5", sa.Double()),
        sa.Column("q0.9", sa.Double()),
        sa.Column("q0.975", sa.Double()),
        sa.Column("aht_s", sa.Double()),
    )
    op.create_table(
        "requirement",
        sa.Column("run", sa.Text(), sa.ForeignKey("run.run"), primary_key=True),
        sa.Column("queue", sa.Text(), primary_key=True),
        sa.Column("interval_start", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("interval_s", sa.BigInteger(), nullable=False),
        sa.Column("offered", sa.Double()),
        sa.Column("aht_s", sa.Double()),
        sa.Column("patience_s", sa.Double()),
        sa.Column("load_erlang", sa.Double()),
        sa.Column("agents_net", sa.Double()),
        sa.Column("agents_required", sa.Double(), nullable=False),
        sa.Column("service_level", sa.Double()),
        sa.Column("asa_s", sa.Double()),
        sa.Column("p_abandon", sa.Double()),
        sa.Column("occupancy", sa.Double()),
        sa.Column("binding", sa.Text()),
    )
    op.create_table(
        "roster_shift",
        sa.Column("run", sa.Text(), sa.ForeignKey("run.run"), primary_key=True),
        sa.Column("agent", sa.Text(), primary_key=True),
        sa.Column("start", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("paid_s", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.Double()),
    )
    op.create_table(
        "roster_activity",
        sa.Column("run", sa.Text(), sa.ForeignKey("run.run"), primary_key=True),
        sa.Column("agent", sa.Text(), primary_key=True),
        sa.Column("start", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "coverage",
        sa.Column("run", sa.Text(), sa.ForeignKey("run.run"), primary_key=True),
        sa.Column("queue", sa.Text(), primary_key=True),
        sa.Column("interval_start", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("interval_s", sa.BigInteger(), nullable=False),
        sa.Column("required", sa.Double(), nullable=False),
        sa.Column("scheduled", sa.Double(), nullable=False),
        sa.Column("over", sa.Double(), nullable=False),
        sa.Column("under", sa.Double(), nullable=False),
        sa.Column("service_level", sa.Double()),
    )
    op.create_table(
        "issue",
        sa.Column(
            "issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True
        ),
        sa.Column("import_id", sa.BigInteger(), sa.ForeignKey("import_log.import_id")),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text()),
        sa.Column("interval_start", sa.DateTime(timezone=True)),
        sa.Column("file", sa.Text()),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Text()),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("effect_contacts", sa.Double()),
    )
    op.create_index("ix_issue_import_id", "issue", ["import_id"])


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("issue")
    op.drop_table("coverage")
    op.drop_table("roster_activity")
    op.drop_table("roster_shift")
    op.drop_table("requirement")
    op.drop_table("forecast")
    op.drop_table("interval_history")
    op.drop_table("import_log")
    op.drop_table("run")
