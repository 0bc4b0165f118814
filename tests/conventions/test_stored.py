"""Numbers of other libraries that tests keep: their scripts, and what is told of differences."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def stored():
    sys.path.insert(0, str(TESTS.parent / "tools" / "conventions"))
    import stored

    yield stored
    sys.path.remove(str(TESTS.parent / "tools" / "conventions"))


def test_each_script_stands_beside_its_numbers(stored):
    found = stored.scripts(TESTS)
    assert len(found) > 8
    for script in found:
        assert script.with_name(script.name[len("make_") : -len(".py")] + ".json").is_file(), script


def test_what_moved_is_named_and_rounding_and_versions_are_not(stored):
    kept = {"torch": "2.13.0", "a": [1.0, {"b": 2000.0}], "gone": 1}
    found = {"torch": "2.14.0", "a": [1.0 + 1e-12, {"b": 2000.1}]}
    assert list(stored.differences(kept, found)) == [
        "/a[1]/b: kept 2000.0, found 2000.1",
        "/gone: only kept",
    ]
    assert list(stored.differences([1.0], [1.0, 2.0])) == [": kept [1.0], found [1.0, 2.0]"]
    assert list(stored.differences(kept, kept)) == []


def test_a_script_whose_library_is_missing_is_told_and_is_no_fault(stored, tmp_path):
    (tmp_path / "here_values.json").write_text("[1.0]")
    script = tmp_path / "make_here_values.py"
    script.write_text("import nowhere_to_be_found")
    told = stored.tried(script, tmp_path)
    assert told.startswith("make_here_values.py: not run, ModuleNotFoundError")
    write = "from pathlib import Path; Path(__file__).with_name('here_values.json').write_text"
    script.write_text(f"{write}('[1.5]')")
    assert stored.tried(script, tmp_path) == "make_here_values.py: [0]: kept 1.0, found 1.5"
    assert stored.tried(script, tmp_path) == ""
