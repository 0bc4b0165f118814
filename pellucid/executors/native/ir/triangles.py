"""Products with a triangular matrix, whose zeros are not multiplied.

TriangularMatMul    the product of a matrix that is 0 on one side of its diagonal
"""

from dataclasses import dataclass

from pellucid import primitives as p


@dataclass(frozen=True)
class TriangularMatMul(p.MatMul):
    """A matrix product whose first operand is square, and 0 on one side of its diagonal.

    y[i, j] = sum over k <= i of a[i, k] b[k, j], or over k >= i where it is not `lower`
    """

    lower: bool = True
