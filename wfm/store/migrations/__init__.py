"""Alembic's folder: how the database came to look as it does, one step per file."""
