"""What is listed as slow is there, and each file of the package keeps quick tests."""

import re
from itertools import groupby
from pathlib import Path

TESTS = Path(__file__).parent
SLOW = (TESTS / "slow.txt").read_text(encoding="utf-8").splitlines()


def test_what_is_listed_as_slow_is_there():
    for file, names in groupby(SLOW, key=lambda name: name.partition("::")[0]):
        program = (TESTS.parent / file).read_text(encoding="utf-8")
        for name in names:
            test = name.partition("::")[2].partition("[")[0]
            assert not test or f"def {test}(" in program, name


def test_names_are_listed_once_and_in_order():
    assert sorted(set(SLOW)) == SLOW


def test_each_file_keeps_quick_tests():
    """What mirrors a file of the package, of its tests at least one is not listed."""
    for name in {name.partition("::")[0] for name in SLOW}:
        mirrored = name.replace("tests/", "pellucid/", 1).replace("/test_", "/")
        if (TESTS.parent / mirrored).is_file():
            program = (TESTS.parent / name).read_text(encoding="utf-8")
            tests = re.findall(r"^def (test_\w+)\(", program, re.MULTILINE)
            assert {f"{name}::{test}" for test in tests} - {*SLOW}, name
