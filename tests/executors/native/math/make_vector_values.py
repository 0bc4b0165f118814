"""Writes vector_values.json: values of the vector functions in float64, from 50 digits.

    python tests/executors/native/math/make_vector_values.py

Needs mpmath. For each function a list of (x, y, rest): the value is y and `rest` units in the
last place of y. Of pow, a list of (a, b, y, rest).
"""

import json
import math
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

FILE = Path(__file__).parent / "vector_values.json"
FUNCTIONS = {
    "exp": (mpmath.exp, [(-745, -708), (-700, 709.7), (-3, 3), (-1, 1)]),
    "expm1": (mpmath.expm1, [(-40, 709.7), (-3, 3), (-0.5, 0.5), (-0.36, -0.34), (0.34, 0.4)]),
    "log": (mpmath.log, [(0, 1e300), (0, 4), (0.5, 2), (0.66, 0.8), (1.2, 1.4)]),
    "log1p": (mpmath.log1p, [(-1, 1), (-0.1, 0.1), (-0.4, -0.2), (0.25, 0.5), (0, 1e10)]),
    "tanh": (mpmath.tanh, [(-1, 1), (-0.1, 0.1), (0.5, 0.65), (-20, 20)]),
    "erf": (mpmath.erf, [(-0.84, 0.84), (-0.1, 0.1), (0.84, 1), (-6, 6)]),
    "gaussian": (lambda x: mpmath.exp(-x * x / 2), [(-1, 1), (-6, 6), (-37, -30), (20, 37)]),
    "normal_cdf": (mpmath.ncdf, [(-1, 1), (-6, 6), (-37, -30), (-30, -6)]),
}
EACH = 30  # arguments of a range


def arguments(name: str, ranges: list[tuple[float, float]]) -> list[float]:
    """Numbers of each range, and tiny ones."""
    generator = np.random.default_rng(20)
    drawn = [generator.uniform(low, high, EACH) for low, high in ranges]
    tiny = 10.0 ** generator.uniform(-307, -3, EACH)
    signs = np.where(generator.uniform(size=EACH) < 0.5, -1.0, 1.0)
    return [float(x) for x in np.concatenate([*drawn, tiny if name == "log" else signs * tiny])]


def row(y: Any) -> list[Any]:
    """A value as its nearest float64, and the rest."""
    rest = (y - mpmath.mpf(float(y))) / mpmath.mpf(math.ulp(float(y)))
    return [float(y).hex(), round(float(rest), 3)]


def powers() -> list[list[Any]]:
    """Rows of base, exponent, value, rest: large and small powers, bases near 1."""
    generator = np.random.default_rng(21)
    rows = []
    for spread, near in [(5, 4), (0.5, 700), (300, 700), (1e-3, 700), (700, 2)]:
        for _ in range(EACH):
            logarithm = generator.uniform(-spread, spread)
            a = float(np.exp(logarithm))
            b = float(generator.uniform(-near, near))
            b = b / abs(logarithm) if abs(b * logarithm) > 700 or spread < 1 else b
            rows.append([a.hex(), b.hex(), *row(mpmath.mpf(a) ** mpmath.mpf(b))])
    return rows


def main() -> None:
    """Compute and write."""
    mpmath.mp.dps = 50
    table = {"pow": powers()}
    for name, (function, ranges) in FUNCTIONS.items():
        rows = []
        for x in arguments(name, ranges):
            y = function(mpmath.mpf(x))
            rows.append([x.hex(), *row(y)])
        table[name] = rows
    lines = [
        f'"{name}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]"
        for name, rows in table.items()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
