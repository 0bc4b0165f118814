"""A graph written anew: equal operations once, numbers known, what nobody needs left out."""

import numpy as np
from executors.native.examples import procedure

from pellucid import primitives as p
from pellucid.executors.native.passes.rewriter import Rewriter, RewriteRules

GRAPH = procedure(
    """graph(x: float32[4,3])
      %0: float32[4,3] = negative() of (x)
      %1: float32[4,3] = negative() of (x)
      %2: float32[4,3] = exp() of (%1)
      %3: float32[4,3] = add() of (%0, %2)
      return %3"""
).graph


def rewritten(*rules):
    work = Rewriter(GRAPH, RewriteRules(rules, ()))
    for node in GRAPH.nodes:
        work.add(node)
    return work


def test_equal_operations_become_one_node():
    work = rewritten()
    assert [node.primitive for node in work.nodes] == [p.Negative(), p.Exp(), p.Add()]


def test_a_rule_may_give_another_value_and_what_nobody_needs_is_left_out():
    def no_exponential(operation):
        return operation.inputs[0] if isinstance(operation.primitive, p.Exp) else None

    work = rewritten(no_exponential)
    assert [node.primitive for node in work.nodes] == [p.Negative(), p.Add()]
    (needed,) = work.graph_of((work.renamed["%0"],)).nodes
    assert needed.primitive == p.Negative()


def test_equal_arrays_are_one_constant_and_their_number_is_known():
    work = rewritten()
    seven = work.constant(np.float32(7))
    assert work.constant(np.asarray(7, np.float32)) is seven
    assert work.uniform(seven) == 7
    assert work.is_number(seven, 7)
    assert not work.is_number(GRAPH.inputs[0], 7)
    assert work.uniform(work.constant(np.arange(2))) is None
