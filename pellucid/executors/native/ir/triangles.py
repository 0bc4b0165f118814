"""Products of which half is 0, or not asked for.

TriangularMatMul    the product of a matrix that is 0 on one side of its diagonal, or one whose
                    result is asked for on one side alone
"""

from dataclasses import dataclass

from pellucid import primitives as p


@dataclass(frozen=True)
class TriangularMatMul(p.MatMul):
    """A matrix product of which half can be left out.

    y[i, j] = sum over k <= i of a[i, k] b[k, j], or over k >= i where it is not `lower`: its first
    operand is square, and 0 on one side of its diagonal. None says nothing of it. Where it is
    `veiled`, nobody looks at y[i, j] for j > i: it may be 0 there.
    """

    lower: bool | None = True
    veiled: bool = False
