"""The whole store in one file and back: between SQLite and PostgreSQL, and as a backup."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from wfm import __version__
from wfm.errors import InputError, Problem, StoreError
from wfm.store.bulk import copy_rows
from wfm.store.engine import place_of, reading, writing
from wfm.store.migrate import HEAD
from wfm.store.tables import METADATA, UtcTime

__all__ = ["read_archive", "write_archive"]

_MANIFEST = "manifest.json"
_ROWS_AT_ONCE = 50_000


def write_archive(engine: sa.Engine, path: Path, *, now: dt.datetime) -> dict[str, int]:
    """Write every table as it is at one moment; rows by table.

    The file is a zip of Parquet tables with a manifest of their rows and SHA-256 sums. Only a
    batch of rows stands in memory.

    Raises
    ------
    StoreError
        When the store cannot be read.
    """
    told: dict[str, dict[str, Any]] = {}
    with (
        reading(engine) as connection,
        tempfile.TemporaryDirectory(dir=path.parent) as folder,
        zipfile.ZipFile(path, "w") as archive,
    ):
        for table in METADATA.sorted_tables:
            draft = Path(folder) / f"{table.name}.parquet"
            rows = _write_table(connection, table, draft)
            told[table.name] = {"rows": rows, "sha256": _sum_of(draft)}
            archive.write(draft, draft.name)
            draft.unlink()
        manifest = {"schema": HEAD, "wfm": __version__, "made_at": now.isoformat(), "tables": told}
        archive.writestr(_MANIFEST, json.dumps(manifest, indent=2))
    return {name: int(facts["rows"]) for name, facts in told.items()}


def _write_table(connection: sa.Connection, table: sa.Table, path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(column.name, _arrow_type(column.type)) for column in table.columns])
    query = sa.select(table).order_by(*table.primary_key.columns)
    rows = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in rows.mappings().partitions():
            writer.write_batch(pa.RecordBatch.from_pylist([dict(row) for row in batch], schema))
            count += len(batch)
    return count


def _arrow_type(kind: sa.types.TypeEngine[Any]) -> Any:
    import pyarrow as pa

    if isinstance(kind, UtcTime):
        return pa.timestamp("us", "UTC")
    if isinstance(kind, sa.Boolean):
        return pa.bool_()
    if isinstance(kind, sa.Integer):
        return pa.int64()
    return pa.float64() if isinstance(kind, sa.Float) else pa.string()


def _sum_of(path: Path) -> str:
    with path.open("rb") as stream:
        return _sha256(stream)


def _sha256(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for block in iter(partial(stream.read, 1 << 20), b""):
        digest.update(block)
    return digest.hexdigest()


def read_archive(engine: sa.Engine, path: Path) -> dict[str, int]:
    """Bring an archive into an empty store, all in one transaction; rows by table.

    Every sum is checked before the first row is written. Archives of older versions fit: what
    they lack stays empty.

    Raises
    ------
    InputError
        When the file is no archive, is damaged, or was made by a newer wfm.
    StoreError
        When the store is not empty or cannot be written.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            _refuse_damaged(archive, manifest, path)
            with writing(engine) as connection:
                _refuse_full(connection, engine)
                return {
                    table.name: _read_table(connection, table, archive)
                    for table in METADATA.sorted_tables
                    if table.name in manifest["tables"]
                }
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise _refusal(path, "is not an archive of wfm, or damaged", str(error)) from error


def _refusal(path: Path, what: str, found: str = "") -> InputError:
    fix = "make it again with `wfm export archive FILE`"
    return InputError([Problem(what, str(path), found=found, fix=fix)])


def _refuse_damaged(archive: zipfile.ZipFile, manifest: dict[str, Any], path: Path) -> None:
    if manifest["schema"] > HEAD:
        found = f"schema {manifest['schema']}, this is {HEAD}"
        raise _refusal(path, "was made by a newer wfm; install that", found)
    for name, facts in manifest["tables"].items():
        with archive.open(f"{name}.parquet") as stream:
            if _sha256(stream) != facts["sha256"]:
                raise _refusal(path, f"table {name} is damaged: its checksum differs")


def _refuse_full(connection: sa.Connection, engine: sa.Engine) -> None:
    for table in METADATA.sorted_tables:
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise StoreError(
                f"{place_of(engine)}: is not empty (table {table.name} has rows); "
                "import an archive into a new store"
            )


def _read_table(connection: sa.Connection, table: sa.Table, archive: zipfile.ZipFile) -> int:
    import pyarrow.parquet as pq

    count = 0
    with archive.open(f"{table.name}.parquet") as stream:
        parts = pq.ParquetFile(stream).iter_batches(_ROWS_AT_ONCE)
        batches: Iterator[list[dict[str, object]]] = (part.to_pylist() for part in parts)
        if table.name == "run":
            batches = iter([_parents_first([row for batch in batches for row in batch])])
        for rows in batches:
            if not rows:
                continue
            if connection.dialect.name == "postgresql":
                copy_rows(connection, table.name, list(rows[0]), [tuple(r.values()) for r in rows])
            else:
                connection.execute(sa.insert(table), rows)
            count += len(rows)
    if connection.dialect.name == "postgresql" and table.name == "issue":
        _go_on_counting(connection, table)
    return count


def _parents_first(runs: Sequence[dict[str, Any]]) -> list[dict[str, object]]:
    """Runs in an order in which each parent is there before its children."""
    left, placed = list(runs), list[dict[str, object]]()
    there: set[object] = {None}
    while left:
        ready = [run for run in left if run["parent"] in there]
        if not ready:
            raise ValueError("runs name parents that are not there")
        placed += ready
        there |= {run["run"] for run in ready}
        left = [run for run in left if run["run"] not in there]
    return placed


def _go_on_counting(connection: sa.Connection, table: sa.Table) -> None:
    """Let the server number new rows after those that came with their numbers."""
    (key,) = table.primary_key.columns
    sequence = sa.func.pg_get_serial_sequence(table.name, key.name)
    last = sa.select(sa.func.coalesce(sa.func.max(key), 0) + 1).scalar_subquery()
    connection.execute(sa.select(sa.func.setval(sequence, last, sa.false())))
