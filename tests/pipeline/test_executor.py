"""Executors: the same results here, in processes and on a Dask cluster that loses a worker."""

from __future__ import annotations

import operator
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from wfm.errors import PartialError, UsageError
from wfm.pipeline.executor import executor, in_order


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    """One process or two: the same list."""
    with executor(workers=workers) as there:
        assert (there is None) == (workers == 1)
        assert list(in_order(there, operator.neg, range(20))) == [-k for k in range(20)]


def test_items_are_taken_only_as_there_is_room() -> None:
    """A long line of items is not read ahead, so that memory stays flat."""
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for k in range(50):
            taken = k + 1
            yield k

    with executor(workers=2) as there:
        for done, _ in enumerate(in_order(there, operator.neg, items(), ahead=3), 1):
            assert taken <= done + 3
    assert taken == 50


def test_a_process_for_queues_loads_no_database_and_no_excel() -> None:
    """Each process of a night loads what a queue's forecast takes, and starts a third sooner."""
    heavy = "{'sqlalchemy', 'openpyxl', 'pulp', 'statsmodels', 'wfm.store', 'wfm.telephony'}"
    look = f"import sys, wfm.pipeline.nights.queue; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_an_error_of_the_work_comes_through() -> None:
    """What fails in a process fails here, and the pool is closed all the same."""
    with executor(workers=2) as there, pytest.raises(TypeError):
        list(in_order(there, operator.neg, [1, "x", 3]))


def test_a_process_that_dies_is_told() -> None:
    """Killed for want of memory, say: partial, with what to do, and no trace of a bug."""
    with pytest.raises(PartialError, match="a worker died"), executor(workers=2) as there:
        list(in_order(there, os._exit, [3]))


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"workers": 0}, "--workers 0"),
        ({"cluster": "tcp://127.0.0.1:9"}, "no Dask scheduler answers"),
        ({"cluster": "nonsense://x"}, "no Dask scheduler answers"),
    ],
)
def test_what_is_not_there_is_refused(options, word, monkeypatch) -> None:
    """No worker, no scheduler: said in plain words."""
    monkeypatch.setattr("wfm.pipeline.executor._CONNECT_S", 1)
    with pytest.raises(UsageError, match=word), executor(**options):
        pass


@pytest.fixture
def cluster() -> Iterator[str]:
    """Address of a Dask cluster of two worker processes on this machine."""
    distributed = pytest.importorskip("distributed")
    # The nanny restarts a killed worker; it and the scheduler live in this process
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        silence_logs=60,
    ) as made:
        yield made.scheduler_address


@pytest.mark.slow
def test_a_killed_worker_of_a_cluster_costs_nothing(cluster: str, tmp_path) -> None:
    """One of two workers dies in mid-run; its work is done by the other, once each in order."""

    # Defined in here, they travel by value: workers cannot import a file of tests
    def whose(number: int) -> tuple[int, int]:
        time.sleep(0.05)
        return number, os.getpid()

    def die_once(token: str) -> str:
        try:
            os.close(os.open(token, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return "done by another"
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")

    with executor(cluster=cluster) as there:
        first = [future.result() for future in [there.submit(whose, k) for k in range(20)]]
        assert len({pid for _, pid in first}) == 2, "both workers work"
        token = str(tmp_path / "token")
        work = [there.submit(whose, k) for k in range(20)]
        death = there.submit(die_once, token)
        assert [future.result(timeout=60)[0] for future in work] == list(range(20))
        assert death.result(timeout=60) == "done by another"


def test_work_that_is_not_waited_for_is_given_up() -> None:
    """Who leaves early, after Ctrl-C say, does not wait for what is still under way."""
    began = time.monotonic()
    with executor(workers=2) as there:
        assert there.submit(operator.neg, 1).result(timeout=60) == -1
        there.submit(time.sleep, 120)
    assert time.monotonic() - began < 60


def test_processes_leave_an_interrupt_to_their_parent() -> None:
    """Ctrl-C reaches every process of a terminal; only the one that was asked answers."""
    with executor(workers=2) as there:
        assert there.submit(signal.getsignal, signal.SIGINT).result(timeout=60) == signal.SIG_IGN
