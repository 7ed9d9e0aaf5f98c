"""Where work over queues is done: here, in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from wfm.errors import PartialError, UsageError

__all__ = ["at_a_time", "executor", "in_order"]

Item = TypeVar("Item")
Result = TypeVar("Result")

_CONNECT_S = 10
_SETTINGS = {
    # small matrices in many processes: threads of each would only be in one another's way
    "OPENBLAS_NUM_THREADS": "1",
    # matrices of some MB come and go by the hundred: memory given back to the system at once is
    # asked for and zeroed again at once, which took a third of the time (glibc)
    "MALLOC_MMAP_THRESHOLD_": str(64 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 2**20),
}
"""Environment of the processes, unless the user has set it."""
_DIED = (
    "a worker died, perhaps for want of memory; what was done so far is kept: start again with "
    "fewer --workers"
)


@contextmanager
def executor(*, workers: int = 1, cluster: str | None = None) -> Iterator[Executor | None]:
    """Executor for work over queues; None where this process does it by itself.

    Parameters
    ----------
    workers
        Processes on this machine; 1 needs none beside this one.
    cluster
        Address of a Dask scheduler, like ``tcp://10.0.0.5:8786``; then ``workers`` is not used.

    Raises
    ------
    UsageError
        When ``workers`` is below 1, the ``distributed`` package is missing, or no scheduler
        answers at the address.
    PartialError
        When a process dies and nobody is left to do its work.

    Notes
    -----
    Processes are spawned: one forked after a threaded solve hangs without an error. They do not
    hear Ctrl-C, which is for this process to answer; work that is still under way when the block
    ends is given up.

    Examples
    --------
    >>> with executor() as here:
    ...     list(in_order(here, abs, [-1, 2]))
    [1, 2]
    """
    if workers < 1:
        raise UsageError(f"--workers {workers}: write 1 or more")
    if cluster is not None:
        with _cluster(cluster) as there:
            yield there
    elif workers == 1:
        yield None
    else:
        others = set(multiprocessing.active_children())
        ours = {name: text for name, text in _SETTINGS.items() if name not in os.environ}
        os.environ.update(ours)
        pool = ProcessPoolExecutor(
            workers,
            multiprocessing.get_context("spawn"),
            initializer=signal.signal,
            initargs=(signal.SIGINT, signal.SIG_IGN),
        )
        try:
            yield pool
        except BrokenExecutor as error:
            raise PartialError(_DIED) from error
        finally:
            for name in ours:
                del os.environ[name]
            pool.shutdown(wait=False, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - others:
                child.terminate()


def at_a_time(where: Executor | None, workers: int) -> int:
    """Pieces of work that an executor does at a time: its own workers, or those of a cluster."""
    client = getattr(where, "_client", None)
    return workers if client is None else max(sum(client.nthreads().values()), 1)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client, KilledWorker
    except ModuleNotFoundError as error:
        raise UsageError('--cluster needs Dask: pip install "wfm[cluster]"') from error
    try:
        client = Client(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--cluster {address}: no Dask scheduler answers there ({error}); "
            "check the address and that `dask scheduler` runs"
        ) from error
    with client, client.get_executor(pure=False) as there:
        try:
            yield there
        except KilledWorker as error:
            raise PartialError(_DIED) from error


def in_order(
    where: Executor | None,
    work: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    ahead: int = 4,
) -> Iterator[Result]:
    """Results of ``work`` in the order of the items, a few at a time.

    Unlike ``Executor.map`` it takes an item only when there is room for it, so that neither the
    items nor the results of hundreds of queues stand in memory at once.

    Parameters
    ----------
    ahead
        Items under way at a time; more than there are workers keeps them busy.
    """
    if where is None:
        yield from map(work, items)
        return
    left = iter(items)
    under_way: deque[Future[Result]] = deque(
        where.submit(work, item) for item in islice(left, ahead)
    )
    try:
        while under_way:
            result = under_way.popleft().result()
            under_way.extend(where.submit(work, item) for item in islice(left, 1))
            yield result
    finally:
        for future in under_way:
            future.cancel()
