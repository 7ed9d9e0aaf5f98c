"""What the trials of each queue taught in a night, and which night's choice a queue goes by."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table and the columns."""
    op.create_table(
        "queue_choice",
        sa.Column("run", sa.Text(), sa.ForeignKey("run.run"), primary_key=True),
        sa.Column("queue", sa.Text(), primary_key=True),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("learnt", sa.Text(), nullable=False),
    )
    op.add_column("run_queue", sa.Column("choice_run", sa.Text()))
    op.add_column("run_queue", sa.Column("choice_why", sa.Text()))


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("run_queue") as batch:
        batch.drop_column("choice_why")
        batch.drop_column("choice_run")
    op.drop_table("queue_choice")
