"""Writes tail_golden.inc: tails of distributions to 20 digits, by mpmath with at least 40.

python tools/make_tail_golden.py > cpp/tests/tail_golden.inc
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import mpmath as mp

mp.mp.dps = 60

# Shapes on both sides of every change of method, and what models meet: from a prior to a million
# events.
SHAPES = [1e-6, 1e-3, 0.1, 0.5, 0.999, 1.0, 1.5, 2.0, 9.75, 10.5, 50.0]
SHAPES += [99.5, 100.0, 100.5, 1e3, 1e5, 1e8]
# Standard deviations away from the mean; those beyond the support are left out.
AWAY = [-1e4, -200.0, -35.0, -8.0, -2.0, -0.3, 0.0, 0.3, 2.0, 8.0, 35.0, 200.0, 1e4]


def integral(log_height: Callable[[mp.mpf], mp.mpf], start: mp.mpf, scale: mp.mpf) -> mp.mpf:
    """Ln of the integral of e^log_height from start on, along a scale on which it falls."""
    top = log_height(start)
    edges = [start] + [start + scale * mp.mpf(2) ** k for k in range(-6, 9)]
    return top + mp.log(mp.quad(lambda t: mp.exp(log_height(t) - top), edges))


def gamma_tails(a: mp.mpf, x: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    """Ln Q(a, x) and ln P(a, x); the smaller by quadrature where the series are too long."""
    if a <= 2000:
        mp.mp.dps = 450
        q = mp.gammainc(a, x, regularized=True)
        p = mp.gammainc(a, 0, x, regularized=True)
        return mp.log(q), mp.log(p)
    mp.mp.dps = 40
    # In u = |ln(t / x)|, away from x.
    sign = 1 if x >= a else -1
    slope = abs(x - a)
    scale = 1 / (slope + mp.sqrt(x))
    height = a * mp.log(x) - x - mp.loggamma(a)
    small = height + integral(lambda u: sign * a * u - x * (mp.exp(sign * u) - 1), mp.mpf(0), scale)
    large = mp.log1p(-mp.exp(small))
    return (small, large) if sign > 0 else (large, small)


def beta_series(a: mp.mpf, b: mp.mpf, x: mp.mpf) -> mp.mpf:
    """I_x(a, b) by the series in x, with digits enough for the difference to 1."""
    with mp.workdps(450):
        return mp.exp(a * mp.log(x) - mp.log(a) - log_beta(a, b)) * mp.hyp2f1(a, 1 - b, a + 1, x)


def log_beta(a: mp.mpf, b: mp.mpf) -> mp.mpf:
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def beta_tail(a: mp.mpf, b: mp.mpf, x: mp.mpf) -> mp.mpf | None:
    """Ln I_x(a, b); None where the digits of the difference do not reach."""
    y = 1 - x
    if min(a, b) < 50:
        with mp.workdps(450):
            tail = beta_series(a, b, x) if a < b else 1 - beta_series(b, a, y)
            return mp.log(tail) if a < b or tail > mp.mpf(10) ** -400 else None
    if x * (a + b) > a:
        return mp.log1p(-mp.exp(beta_tail(b, a, y)))
    # In u = ln(x / t).
    scale = 1 / (abs(a - (b - 1) * x / y) + mp.sqrt((b - 1) * x) / y)
    height = a * mp.log(x) + (b - 1) * mp.log(y) - log_beta(a, b)
    return height + integral(
        lambda u: -a * u + (b - 1) * mp.log1p(x * (1 - mp.exp(-u)) / y), mp.mpf(0), scale
    )


def show(value: mp.mpf) -> str:
    """A C++ literal; what is no double is 0."""
    return (
        mp.nstr(value, 20, min_fixed=-3, max_fixed=6) if abs(value) > mp.mpf(10) ** -300 else "0.0"
    )


def normal_rows() -> Iterator[str]:
    for z in [
        -30,
        -8,
        -2,
        -0.5,
        -1e-3,
        0,
        1e-3,
        0.5,
        1,
        2,
        5,
        8,
        12,
        24.9,
        25.1,
        37,
        38.6,
        60,
        1e3,
        1e8,
        1e150,
    ]:
        mp.mp.dps = 1000 if z < 0 else 60
        x = mp.mpf(z)
        tail = (
            mp.log(mp.erfc(x / mp.sqrt(2)) / 2)
            if z < 1e4
            else (-x * x / 2 - mp.log(x * mp.sqrt(2 * mp.pi)) + mp.log1p(-1 / (x * x)))
        )
        yield f"NORMAL({z!r}, {show(tail)})"
    mp.mp.dps = 60


def gamma_rows() -> Iterator[str]:
    for shape in SHAPES:
        xs = {shape + away * shape**0.5 for away in AWAY} | {
            shape * 1e-3,
            shape * 1e-30,
            1e-5,
            0.3,
            1.9,
            750.0,
        }
        for x in sorted(x for x in xs if x > 0):
            upper, lower = gamma_tails(mp.mpf(shape), mp.mpf(x))
            yield f"GAMMA({shape!r}, {x!r}, {show(upper)}, {show(lower)})"


def beta_rows() -> Iterator[str]:
    second = [1e-3, 0.5, 1.0, 3.5, 99.0, 1e3, 1e8]
    for a in [1e-3, 0.5, 1.0, 2.5, 50.5, 99.5, 100.5, 1e4, 1e8]:
        for b in second:
            mean = a / (a + b)
            deviation = (mean * b / (a + b) / (a + b + 1)) ** 0.5
            xs = {mean + away * deviation for away in AWAY if a + b < 1e4 or abs(away) <= 200}
            xs |= {mean * 1e-3, mean * 1e-30} | ({0.5, 0.999} if a + b < 1e4 else set())
            for x in sorted(x for x in xs if 0 < x < 1):
                mp.mp.dps = 40
                y = mp.mpf(1) - mp.mpf(x)
                tail = beta_tail(mp.mpf(a), mp.mpf(b), mp.mpf(x))
                if tail is not None:
                    yield f"BETA({a!r}, {b!r}, {x!r}, {float(y)!r}, {show(tail)})"


if __name__ == "__main__":
    print("// Written by tools/make_tail_golden.py; do not edit.")
    for rows in (normal_rows(), gamma_rows(), beta_rows()):
        print("\n".join(rows))
