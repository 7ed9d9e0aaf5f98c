"""Headcount and budget: one row per group and month of a capacity plan."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TEXTS = ("site", "department", "cost_centre")
NUMBERS = (
    *("working_days", "contacts", "own_contacts", "workload_h", "aht_mix", "base_h", "occupancy"),
    *("shrinkage_in_office", "shrinkage_out_of_office", "shrinkage", "required_h"),
    *("hours_per_fte", "net_fte", "required_fte", "peak_agents"),
    *("opening_heads", "leavers", "transfers", "leave", "promotions", "graduates"),
    *("closing_heads", "on_leave", "new_hires", "trainees", "supply_fte", "productive_fte"),
    *("support_heads", "over_fte", "under_fte", "overtime_h", "bought_h", "time_off_h"),
    *("missed_h", "coverage", "service_level", "paid_h", "seats", "licences", "trunks"),
    *("pay_cost", "trainee_cost", "premium_cost", "overtime_cost", "time_off_saving"),
    *("support_cost", "on_cost", "recruiting_cost", "training_cost", "seat_cost"),
    *("licence_cost", "telephony_cost", "night_cost", "outsourcing_cost", "total_cost"),
    *("cost_per_contact", "cost_per_fte"),
)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "capacity_month",
        sa.Column("run", sa.Text(), sa.ForeignKey("run.run"), primary_key=True),
        sa.Column("group", sa.Text(), primary_key=True),
        sa.Column("month", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text()) for name in TEXTS),
        *(sa.Column(name, sa.Double(), nullable=False) for name in NUMBERS),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("capacity_month")
