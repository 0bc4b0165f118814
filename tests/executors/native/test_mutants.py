"""Faults planted in the compiler are caught by the programs of the grammar."""

import ast

import pytest
from executors.native.coverage import selected
from executors.native.hunt import digest_of
from executors.native.mutants import OPERATORS, mutants, planted, source_of
from executors.native.mutation import caught, equivalent

PLACES = 5  # of each operator, at least
PROGRAMS = 100  # those that meet most
HELPER_LINES = 4  # of the function that adds one


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_change_one_place_each_and_find_enough(operator):
    found = mutants(operator)
    assert len(found) == len(set(found)) >= PLACES
    for mutant in found[:PLACES]:
        source = source_of(mutant).read_text(encoding="utf-8")
        before = ast.unparse(ast.parse(source)).splitlines()
        after = planted(mutant).splitlines()
        changed = [line for line in after if line not in before]
        assert after != before
        assert len(changed) <= 2 + HELPER_LINES, changed


def test_places_keep_their_rank_where_others_come_and_go():
    found = mutants("mask dropped")
    assert found == sorted(found, key=found.index)
    assert mutants("mask dropped", seed=1) != found
    assert sorted(map(str, mutants("mask dropped", seed=1))) == sorted(map(str, found))


def test_nine_of_ten_planted_faults_are_caught():
    digests = {seed: digest_of(seed) for seed in selected()[:PROGRAMS]}
    sample = [mutants(name)[0] for name in OPERATORS][::2]
    found = {str(mutant): caught(mutant, digests, thorough=False) for mutant in sample}
    lost = [name for name, (by, _) in found.items() if not by and name not in equivalent()]
    assert len(lost) <= len(sample) // 10, lost


def test_equivalent_mutants_are_places_that_there_are():
    """A reason for a place that is gone helps nobody."""
    there = {str(mutant) for name in OPERATORS for mutant in mutants(name)}
    assert [name for name in equivalent() if name not in there] == []
