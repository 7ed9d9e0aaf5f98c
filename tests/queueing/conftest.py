"""Reference digits and independent formulas, by sums over states in 50-digit arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mpmath as mp
import pandas as pd
import pytest

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"


def erlang_a_by_states(a: float, kappa: float, n: int, u: float) -> dict[str, mp.mpf]:
    """Erlang A by sums over states; kappa = patience / AHT, u = T / patience, times in patience.

    With k ahead exp(-θV) ~ Beta(x, k+1); the incomplete beta grows by one term with each k.
    """
    a, kappa, u = mp.mpf(a), mp.mpf(kappa), mp.mpf(u)
    x, y, z = n * kappa, a * kappa, mp.exp(-u)
    left, term = mp.mpf(0), mp.mpf(1)
    for k in range(1, n + 1):
        term *= (n - k + 1) / a
        left += term
        if n - k < a and term < left * mp.mpf(10) ** -40:
            break
    # b = x-th: terms of I_z(x, k+1); c: terms of I_z(x+1, k+1)
    weight, harmonic = mp.mpf(1), mp.mpf(0)
    b, c = z**x, z ** (x + 1)
    beta, gamma = b, c
    sums = dict.fromkeys(
        ("all", "queue", "abandon", "served", "in_time", "over", "wait"), mp.mpf(0)
    )
    k = 0
    while weight > sums["all"] * mp.mpf(10) ** -40 or k < y - x:
        harmonic += 1 / (x + k + 1)
        served = x / (x + k + 1)
        sums["all"] += weight
        sums["queue"] += k * weight
        sums["abandon"] += weight * (k + 1) / (x + k + 1)
        sums["served"] += weight * served
        sums["in_time"] += weight * served * (1 - gamma)
        sums["over"] += weight * beta
        sums["wait"] += weight * served * harmonic
        k += 1
        weight *= y / (x + k)
        b *= (1 - z) * (x + k - 1) / k
        c *= (1 - z) * (x + k) / k
        beta += b
        gamma += c
    norm = left + sums["all"]
    part = {name: value / norm for name, value in sums.items()}
    free = left / norm
    in_time = free + part["in_time"]
    within = 1 - in_time - z * part["over"]
    return {
        "p_wait": part["all"],
        "sl_offered": in_time,
        "sl_answered": in_time / (free + part["served"]),
        "sl_excl_short_abandon": in_time / (1 - within),
        "sl_abandon_within_t_ok": in_time + within,
        "sl_virtual": 1 - part["over"],
        "asa_answered_s": part["wait"] / (free + part["served"]),
        "mean_wait_all_s": part["abandon"],
        "p_abandon": part["abandon"],
        "p_abandon_within_t": within,
        "occupancy": a * (1 - part["abandon"]) / n,
        "mean_queue": part["queue"],
    }


def blocked_by_states(a: float, n: int) -> mp.mpf:
    """Erlang B by its sum over states."""
    a, total, term = mp.mpf(a), mp.mpf(1), mp.mpf(1)
    for k in range(n, 0, -1):
        term *= k / a
        total += term
    return 1 / total


def blocked_continued(a: float, n: float) -> mp.mpf:
    """Erlang B of a real number of lines: 1/B = Γ(n+1, a) e^a a^-n."""
    a, n = mp.mpf(a), mp.mpf(n)
    return a**n * mp.exp(-a) / mp.gammainc(n + 1, a)


@pytest.fixture
def erlang_a_exact() -> Callable[[float, float, int, float], dict[str, mp.mpf]]:
    """Erlang A to 50 digits."""
    mp.mp.dps = 50
    return erlang_a_by_states


@pytest.fixture
def erlang_b_exact() -> Callable[[float, int], mp.mpf]:
    """Erlang B to 50 digits."""
    mp.mp.dps = 50
    return blocked_by_states


@pytest.fixture
def erlang_b_continued() -> Callable[[float, float], mp.mpf]:
    """Erlang B of real lines to 50 digits."""
    mp.mp.dps = 50
    return blocked_continued


def _shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not beside this checkout")
    return path


@pytest.fixture
def reference() -> Callable[[str], pd.DataFrame]:
    """Reader of the reference digits; skips where they are not beside the checkout."""
    return lambda name: pd.read_csv(_shared(f"queueing/reference_{name}_dev.csv"))


@pytest.fixture
def percall() -> pd.DataFrame:
    """Two months of single calls of a small bank; skips where they are absent."""
    return pd.read_csv(_shared("calls/anonbank_percall_1999_01_02_dev.csv.gz"))


@pytest.fixture(params=["plain", "compiled"])
def edition(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with the formulas as plain Python and once more compiled."""
    rows = 0 if request.param == "compiled" else 10**9
    monkeypatch.setattr("wfm.queueing.editions.COMPILED_FROM_ROWS", rows)
    return str(request.param)
