"""What a derivation is made of: how long what is handed back is, how far checks are apart."""

import numpy as np

import pellucid as pc
from pellucid.explanation.derived import Check, Derived, Term
from pellucid.explanation.rule_text import RuleText


def test_a_derivation_is_made_of_terms_and_checks():
    found = pc.explain(lambda x: (x * x).sum(), np.array([3.0, 4.0], np.float32)).derivation("x")
    assert isinstance(found, Derived)
    assert all(isinstance(term, Term) for term in found.terms)
    assert [term.size for term in found.terms] == [5.0, 5.0]
    assert sum(term.part for term in found.terms).tolist() == found.gradient.tolist() == [6.0, 8.0]


def test_what_is_a_record_has_no_size():
    node = pc.explain(lambda x: x * x, 2.0).trace.graph.nodes[0]
    assert Term(node, 0, None, RuleText("no rule")).size == 0.0


def test_a_check_says_how_far_both_are_apart():
    assert Check((0,), 1.0, 2.0, 2.25, kink=False).error == 0.25
