"""A check gives its findings its name and severity; several are told with what was looked at."""

import pytest
from linter.programs import net
from linter.test_subject import subject

from pellucid.linter.check import Check, made
from pellucid.linter.findings import Finding


def finding(severity=""):
    return Finding("", severity, "it is 3", "layer 0", "3 is odd", "Make it 4.")


@pytest.mark.parametrize(("own", "told"), [("", "warning"), ("error", "error")])
def test_a_finding_has_the_severity_of_its_check_unless_it_says_another(own, told):
    check = Check("odd", "warning", "Numbers are even.", lambda _: iter([finding(own)]))
    (found,) = check(None)
    assert (found.code, found.severity, found.what) == ("odd", told, "it is 3")


def test_findings_of_several_checks_stand_in_their_order():
    asked = subject(net().seeded(0))
    checks = [
        Check(name, "note", "A sentence.", lambda _, n=count: iter([finding()] * n))
        for name, count in (("none", 0), ("one", 1), ("two", 2))
    ]
    found = made(checks, asked)
    assert [each.code for each in found] == ["one", "two", "two"]
    assert "one batch of 7 samples of 'points', 40 samples" in str(found)
