"""``exp``, ``ln`` and powers without branches or tables, so that a loop over lanes vectorises.

This file is part of the text of every compiled kernel. ``pick``, ``fma``, ``rint``, ``floor``,
``to_bits`` and ``from_bits`` are single machine instructions that ``build`` supplies. Errors
are below 1 unit in the last place for ``exp_`` and ``ln_`` and below 2 for ``power_``; results
below the smallest normal number (2e-308) are zero. The functions are compiled without
fast-math, because their compensated sums must stay as written.
"""

from __future__ import annotations

from zjsim.engines.kernel.primitives import fabs, floor, fma, from_bits, pick, rint, to_bits

LOG2_E = 1.4426950408889634
# ln 2 in two parts; the first has trailing zeros, so that its product with an exponent is exact.
LN2_HIGH = 0.6931471805598903
LN2_LOW = 5.497923018708371e-14
# Adding 1.5 * 2^52 leaves a whole number in the low bits of a double.
WHOLE = 6755399441055744.0
WHOLE_BITS = 4843621399236968448
SMALLEST_NORMAL = 2.2250738585072014e-308
# Bits of the square root of a half: mantissas are taken between it and its double.
ROOT_HALF_BITS = 4604544271217802189
LARGEST_EXP = 709.782712893384
SMALLEST_EXP = -708.396418532264
INFINITY = float("inf")
NAN = float("nan")


def exp_of_sum(x, low):
    """``exp(x + low)``, where ``low`` is far below ``x``."""
    n = rint(x * LOG2_E)
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x)) + low
    q = fma(r, 2.5100424157005067e-08, 2.7620138719733994e-07)
    q = fma(r, q, 2.7557268378684192e-06)
    q = fma(r, q, 2.480152119021773e-05)
    q = fma(r, q, 0.00019841269863105968)
    q = fma(r, q, 0.0013888888917281794)
    q = fma(r, q, 0.008333333333330051)
    q = fma(r, q, 0.04166666666662399)
    q = fma(r, q, 0.16666666666666669)
    q = fma(r, q, 0.5000000000000001)
    p = 1.0 + fma(r * r, q, r)
    # The power of two goes into the exponent of p; where it does not fit, the picks decide.
    y = from_bits(to_bits(p) + (to_bits(n + WHOLE) << 52))
    return pick(x > LARGEST_EXP, INFINITY, pick(x < SMALLEST_EXP, 0.0, y))


def exp_(x):
    """The exponential."""
    return exp_of_sum(x, 0.0)


def exponent_of(x):
    """``k`` of ``x = 2^k m`` with ``m`` between root a half and root two."""
    tiny = x < SMALLEST_NORMAL
    bits = to_bits(pick(tiny, x * 18014398509481984.0, x)) - ROOT_HALF_BITS
    k = from_bits((bits >> 52) + WHOLE_BITS) - WHOLE
    return pick(tiny, k - 54.0, k)


def mantissa_of(x):
    """``m`` of ``x = 2^k m`` with ``m`` between root a half and root two."""
    y = pick(x < SMALLEST_NORMAL, x * 18014398509481984.0, x)
    bits = to_bits(y)
    return from_bits(bits - (((bits - ROOT_HALF_BITS) >> 52) << 52))


def ln_(x):
    """The natural logarithm; the scheme is that of fdlibm."""
    k = exponent_of(x)
    f = mantissa_of(x) - 1.0
    s = f / (2.0 + f)
    z = s * s
    r = fma(z, 1.479819860511658591e-01, 1.531383769920937332e-01)
    r = fma(z, r, 1.818357216161805012e-01)
    r = fma(z, r, 2.222219843214978396e-01)
    r = fma(z, r, 2.857142874366239149e-01)
    r = fma(z, r, 3.999999999940941908e-01)
    r = z * fma(z, r, 6.666666666666735130e-01)
    half = 0.5 * f * f
    y = k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f)
    # Zero, infinity and what has no logarithm.
    y = pick(x == INFINITY, INFINITY, pick(x == 0.0, -INFINITY, y))
    return pick((x < 0.0) | (x != x), NAN, y)


def parity_(y):
    """What a negative base does to the sign: 1 for even powers, -1 for odd, NaN otherwise."""
    half = 0.5 * y
    even = floor(half) == half
    return pick(even, 1.0, pick(floor(y) == y, -1.0, NAN))


def power_(x, y, parity):
    """``x`` to the power ``y``, through a logarithm of twice the usual digits."""
    a = fabs(x)
    k = exponent_of(a)
    m = mantissa_of(a)
    f = m - 1.0
    # s = (m - 1) / (m + 1) as a sum of two doubles.
    d = 1.0 + m
    d_low = m - (d - 1.0)
    over = 1.0 / d
    s = f * over
    s_low = (fma(-s, d, f) - s * d_low) * over
    # ln m = 2 s + 2/3 s^3 + s^5 P(s^2); the first two terms as sums of two doubles.
    z = s * s
    z_low = fma(s, s, -z) + 2.0 * s * s_low
    w = z * s
    w_low = fma(z, s, -w) + fma(z, s_low, z_low * s)
    t = w * 0.6666666666666666
    t_low = fma(w, 0.6666666666666666, -t)
    t_low = fma(w_low, 0.6666666666666666, fma(w, 3.700743415417188e-17, t_low))
    u = fma(z, 0.11723603622905411, 0.11706195689881364)
    u = fma(z, u, 0.13334806212100603)
    u = fma(z, u, 0.15384594934597917)
    u = fma(z, u, 0.1818181833565416)
    u = fma(z, u, 0.22222222221654733)
    u = fma(z, u, 0.2857142857142937)
    u = fma(z, u, 0.4)
    tail = fma(w * z, u, fma(2.0, s_low, t_low))
    high = 2.0 * s + t
    low = (t - (high - 2.0 * s)) + tail
    whole = k * LN2_HIGH
    total = whole + high
    low = (high - (total - whole)) + fma(k, LN2_LOW, low)
    # Zero, infinity and NaN have no mantissa to take a logarithm of.
    log_high = pick(a == 0.0, -INFINITY, pick(a < INFINITY, total + low, a))
    log_low = low - (log_high - total)
    p = y * log_high
    result = exp_of_sum(p, fma(y, log_low, fma(y, log_high, -p)))
    result = pick(x < 0.0, parity * result, result)
    return pick(y == 0.0, 1.0, result)
