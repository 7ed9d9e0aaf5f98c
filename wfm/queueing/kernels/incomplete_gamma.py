"""The two ratios that every Erlang formula is made of, exact at any size.

With the Poisson-like density ``D(s, z) = z^s e^-z / Γ(s+1)`` and the regularised incomplete gamma
functions P and Q::

    lower_ratio(s, z) = P(s, z) / D(s, z) = Σ_{k>=0} z^k / ((s+1)...(s+k))
    upper_ratio(s, z) = Q(s, z) / D(s, z) = Σ_{k>=1} s (s-1)...(s-k+1) / z^k      (s whole)

They are the weights of the states right and left of "all agents busy": ``upper_ratio(n, a) + 1`` is
1 / Erlang B, ``lower_ratio(nμ/θ, λ/θ)`` is the sum over the queue of Erlang A. As ratios neither
over- nor underflows where a probability would, and every branch below adds positive terms only:

* series or recursion where s < 32;
* continued fraction where z is at least three standard deviations (√s) away from s;
* Temme's uniform expansion in between [1]_, its coefficients computed to 60 digits and rounded;
* the far side as ``1/D`` minus the small near side.

``delta = z - s`` is an argument of its own: where z and s are large and close the caller knows
their difference to more digits than the subtraction would give.

.. [1] Temme (1979), The asymptotic expansion of the incomplete gamma functions, SIAM J. Math.
   Anal. 10; coefficients as DLMF 8.12.10.
"""

from __future__ import annotations

import math

from .mode import kernel, table

__all__ = ["density", "lower_probability", "lower_ratio", "mean_excess", "stirling", "upper_ratio"]

SMALL = 32.0
"""Below this s the series is as fast as the expansion, which needs a large s."""
FAR = 5.0
"""Distance [√s] from which the continued fractions are always used."""
WIDE = 0.45
"""Distance [s] from which the continued fractions are always used."""
SERIES_MAX_Z = 64.0

# fmt: off
TEMME = table([
    [
        -0.3333333333333333, 0.08333333333333333, -0.014814814814814815, 0.0011574074074074073,
        0.0003527336860670194, -0.0001787551440329218, 3.919263178522438e-05,
        -2.185448510679992e-06, -1.85406221071516e-06, 8.296711340953087e-07,
        -1.7665952736826078e-07, 6.707853543401498e-09, 1.0261809784240309e-08,
        -4.382036018453353e-09, 9.14769958223679e-10, -2.5514193994946248e-11,
        -5.830772132550426e-11, 2.4361948020667415e-11, -5.0276692801141755e-12,
        1.1004392031956135e-13, 3.371763262400985e-13, -1.392388722418162e-13,
    ],
    [
        -0.001851851851851852, -0.003472222222222222, 0.0026455026455026454,
        -0.0009902263374485596, 0.00020576131687242798, -4.018775720164609e-07,
        -1.8098550334489977e-05, 7.64916091608111e-06, -1.6120900894563446e-06,
        4.647127802807434e-09, 1.378633446915721e-07, -5.752545603517705e-08,
        1.1951628599778148e-08, -1.7543241719747647e-11, -1.0091543710600413e-09,
        4.162792991842583e-10, -8.56390702649298e-11, 6.067215101604758e-14,
        7.1624989648114856e-12, -2.933186643771437e-12,
    ],
    [
        0.004133597883597883, -0.0026813271604938273, 0.0007716049382716049,
        2.0093878600823047e-06, -0.0001073665322636516, 5.2923448829120125e-05,
        -1.2760635188618728e-05, 3.423578734096138e-08, 1.3721957309062934e-06,
        -6.298992138380055e-07, 1.4280614206064242e-07, -2.0477098421990866e-10,
        -1.409252991086752e-08, 6.228974084922022e-09, -1.3670488396617114e-09,
        9.428356159014678e-13, 1.2872252400089318e-10, -5.5645956134363323e-11,
    ],
    [
        0.0006494341563786008, 0.00022947209362139917, -0.0004691894943952557,
        0.00026772063206283885, -7.561801671883977e-05, -2.396505113867297e-07,
        1.1082654115347302e-05, -5.6749528269915965e-06, 1.4230900732435883e-06,
        -2.7861080291528143e-11, -1.6958404091930278e-07, 8.099464905388083e-08,
        -1.9111168485973655e-08, 2.3928620439808118e-12, 2.0620131815488797e-09,
        -9.460496661855133e-10,
    ],
    [
        -0.0008618882909167117, 0.0007840392217200666, -0.0002990724803031902,
        -1.4638452578843418e-06, 6.641498215465122e-05, -3.968365047179435e-05,
        1.1375726970678419e-05, 2.507497226237533e-10, -1.6954149536558305e-06,
        8.907507532205309e-07, -2.292934834000805e-07, 2.956794137544049e-11,
        2.8865829742708783e-08, -1.4189739437803219e-08,
    ],
    [
        -0.00033679855336635813, -6.972813758365857e-05, 0.0002772753244959392,
        -0.00019932570516188847, 6.797780477937208e-05, 1.419062920643967e-07,
        -1.3594048189768693e-05, 8.018470256334202e-06, -2.291481176508095e-06,
        -3.252473551298454e-10, 3.4652846491085265e-07, -1.8447187191171344e-07,
    ],
    [
        0.0005313079364639922, -0.0005921664373536939, 0.0002708782096718045,
        7.902353232660328e-07, -8.153969367561969e-05, 5.61168275310625e-05,
        -1.8329116582843375e-05, -3.0796134506033047e-09, 3.465155368803609e-06,
        -2.0291327396058603e-06,
    ],
    [
        0.00034436760689237765, 5.171790908260592e-05, -0.00033493161081142234,
        0.0002812695154763237, -0.00010976582244684731, -1.2741009095484485e-07,
        2.7744451511563645e-05, -1.8263488805711332e-05,
    ],
    [
        -0.0006526239185953094, 0.0008394987206720873, -0.000438297098541721,
        -6.969091458420552e-07, 0.00016644846642067547,
    ],
])
# fmt: on
"""Coefficients of η^column s^-row; what is left out is below 3e-17 for s >= 32."""


@kernel
def _log_gap(s: float, z: float, delta: float) -> float:
    """μ - ln(1 + μ) without cancellation, μ = z/s - 1."""
    mu = delta / s
    if mu < -0.46 or mu > 0.67:
        return mu - math.log(z / s)
    v = mu / (2.0 + mu)
    square = v * v
    tail = 0.0
    for j in range(29, 1, -2):
        tail = tail * square + 1.0 / j
    return v * (mu - 2.0 * square * tail)


@kernel
def stirling(s: float) -> float:
    """Γ(s+1) / (√(2πs) (s/e)^s), for s >= 32."""
    r = 1.0 / (s * s)
    return math.exp((1 / 12 - r * (1 / 360 - r * (1 / 1260 - r / 1680))) / s)


@kernel
def density(s: float, z: float, delta: float) -> float:
    """D(s, z) = z^s e^-z / Γ(s+1), to full relative precision."""
    if s < SMALL:
        if z <= 0.0:
            return 1.0 if s == 0.0 else 0.0
        return math.exp(s * math.log(z) - z - math.lgamma(s + 1.0))
    if z <= 0.0:
        return 0.0
    return math.exp(-s * _log_gap(s, z, delta)) / (math.sqrt(2.0 * math.pi * s) * stirling(s))


@kernel
def _extent(s: float, size: float) -> tuple[int, int]:
    """Orders and powers of η that still count, to 5e-17."""
    if s < 100.0:
        orders = len(TEMME)
    elif s < 2000.0:
        orders = 6
    else:
        orders = 4
    if size > 0.3:
        columns = len(TEMME[0])
    elif size > 0.15:
        columns = 16
    else:
        columns = 13 if size > 0.05 else 9
    return orders, columns


@kernel
def _temme_side(s: float, z: float, delta: float) -> float:
    """Q/D for delta >= 0, P/D for delta < 0, near the middle and for s >= 32."""
    gap = _log_gap(s, z, delta)
    eta = math.copysign(math.sqrt(2.0 * gap), delta)
    orders, columns = _extent(s, abs(eta))
    total = 0.0
    for k in range(orders - 1, -1, -1):
        inner = 0.0
        for j in range(columns - 1, -1, -1):
            inner = inner * eta + TEMME[k][j]
        total = total / s + inner
    exponent = s * gap
    mills = math.sqrt(0.5 * math.pi * s) * math.erfc(math.sqrt(exponent)) * math.exp(exponent)
    return stirling(s) * (mills + (total if delta >= 0.0 else -total))


@kernel
def _depth(d: float) -> int:
    """Levels after which the continued fractions no longer change, d standard deviations away."""
    return 16 + int(400.0 / (d * d))


@kernel
def _near(s: float, delta: float) -> bool:
    """Whether Temme's expansion serves, s >= 32."""
    return abs(delta) < min(FAR * math.sqrt(s), WIDE * s)


@kernel
def _upper_fraction(s: float, z: float, delta: float) -> float:
    """Q/D where z is far above s: Legendre's continued fraction."""
    tail = 0.0
    for j in range(_depth(delta / math.sqrt(s + 1.0)), 0, -1):
        tail = j * (s - j) / (delta + 1.0 + 2.0 * j + tail)
    return s / (delta + 1.0 + tail)


@kernel
def _lower_fraction(s: float, z: float, delta: float) -> float:
    """Mean of k under the weights of P/D where z is far below s, as a continued fraction."""
    tail = 0.0
    for j in range(_depth(delta / math.sqrt(s)), 0, -1):
        tail = j * z / (j - delta + tail)
    return tail


@kernel
def _lower_series(s: float, z: float) -> tuple[float, float]:
    """P/D and its first moment, by their definition."""
    term, total, moment, k = 1.0, 1.0, 0.0, 0.0
    while term > 1e-18 * total or k < z - s:
        k += 1.0
        term *= z / (s + k)
        total += term
        moment += k * term
    return total, moment


@kernel
def _lower_side(s: float, z: float, delta: float) -> float:
    """P/D for delta < 0 and s >= 32."""
    if _near(s, delta):
        return _temme_side(s, z, delta)
    return s / (_lower_fraction(s, z, delta) - delta)


@kernel
def _upper_side(s: float, z: float, delta: float) -> float:
    """Q/D for delta >= 0 and s >= 32 or z > 64."""
    if s >= SMALL and _near(s, delta):
        return _temme_side(s, z, delta)
    return _upper_fraction(s, z, delta)


@kernel
def lower_ratio(s: float, z: float, delta: float) -> float:
    """P(s, z) / D(s, z); infinite where it overflows."""
    if s < SMALL and z <= SERIES_MAX_Z:
        return _lower_series(s, z)[0]
    if delta < 0.0:
        return _lower_side(s, z, delta)
    d0 = density(s, z, delta)
    return 1.0 / d0 - _upper_side(s, z, delta) if d0 > 0.0 else math.inf


@kernel
def mean_excess(s: float, z: float, delta: float) -> float:
    """Mean of k under the weights of lower_ratio: the queue of Erlang A if a call waits."""
    if s < SMALL and z <= SERIES_MAX_Z:
        total, moment = _lower_series(s, z)
        return moment / total
    if delta < 0.0 and not _near(s, delta):
        return _lower_fraction(s, z, delta)
    return delta + s / lower_ratio(s, z, delta)


@kernel
def _whole_part_up(s: float, z: float) -> float:
    """Q/D for s < 32: from the fraction of s upwards by U(s) = s/z (1 + U(s-1))."""
    start = s - math.floor(s)
    value = 0.0
    if start > 0.0:
        if z > 1.0:
            tail = 0.0
            for j in range(_depth(math.sqrt(z)), 0, -1):
                tail = j * (start - j) / (z - start + 1.0 + 2.0 * j + tail)
            value = start / (z - start + 1.0 + tail)
        else:
            value = 1.0 / density(start, z, z - start) - _lower_series(start, z)[0]
    level = start
    while level + 0.5 < s:
        level += 1.0
        value = level / z * (1.0 + value)
    return value


@kernel
def upper_ratio(s: float, z: float, delta: float) -> float:
    """Q(s, z) / D(s, z); infinite where it overflows, z > 0."""
    if s < SMALL and not (z > SERIES_MAX_Z and s != math.floor(s)):
        return _whole_part_up(s, z)
    if delta >= 0.0:
        return _upper_side(s, z, delta)
    d0 = density(s, z, delta)
    return 1.0 / d0 - _lower_side(s, z, delta) if d0 > 0.0 else math.inf


@kernel
def lower_probability(s: float, z: float, delta: float) -> float:
    """P(s, z), to full relative precision also where it is small."""
    if delta < 0.0 or (s < SMALL and z <= SERIES_MAX_Z):
        return min(1.0, density(s, z, delta) * lower_ratio(s, z, delta))
    return 1.0 - density(s, z, delta) * upper_ratio(s, z, delta)
