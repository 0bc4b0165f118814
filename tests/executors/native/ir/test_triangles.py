"""Triangular products are products for all who ask."""

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import multiplies
from pellucid.executors.native.ir.triangles import TriangularMatMul
from pellucid.graph import Node, Value
from pellucid.primitives.base import FLOAT32


def test_a_triangular_product_is_a_product_of_the_same_shape():
    a, b, y = (Value(name, (4, 4), FLOAT32) for name in "aby")
    for lower in (False, True):
        primitive = TriangularMatMul(lower)
        assert multiplies(Node(primitive, (a, b), y))
        assert primitive.shape((2, 4, 4), (4, 3)) == p.MatMul().shape((2, 4, 4), (4, 3))
        assert str(primitive) == f"triangular_mat_mul(lower={lower}, veiled=False)"
