"""The tests mirror the package: what a file does is tested in the file of its name.

pellucid/ROOM/NAME.py has tests/ROOM/test_NAME.py. In the native executor each file has; elsewhere
those that have not are written down below, with the tests that try them and why. The list is to
become shorter: a new file has tests of its own name.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
HOME = TESTS.parent / "pellucid"
FRONT_DOORS = ("__init__", "__main__")  # what they give is tested where it stands


@dataclass(frozen=True)
class Elsewhere:
    """Why files of a room have no tests of their names, which try them, and the files."""

    why: str
    tests: tuple[str, ...]
    files: str


ELSEWHERE = {
    "": Elsewhere(
        "one number, which the command line prints",
        ("cli/test_help.py",),
        """
        version
        """,
    ),
    "io": Elsewhere(
        "its file is named so that it hides no library",
        ("io/test_safetensors_file.py",),
        """
        safetensors
        """,
    ),
    "train": Elsewhere(
        "what other classes are made from; nothing in them runs",
        ("train/test_trainer.py",),
        """
        base
        """,
    ),
    "train/measurements": Elsewhere(
        "what other classes are made from; nothing in it runs",
        ("train/measurements/test_history.py",),
        """
        measured
        """,
    ),
}


def without_tests(room: str) -> set[str]:
    """The files of a room, those of inner rooms not counted, that have no tests of their name."""
    names = {path.stem for path in (HOME / room).glob("*.py")} - {*FRONT_DOORS}
    return {name for name in names if not (TESTS / room / f"test_{name}.py").is_file()}


ROOMS = sorted({path.parent.relative_to(HOME).as_posix() for path in HOME.rglob("*.py")})
ROOMS = ["" if room == "." else room for room in ROOMS]


@pytest.mark.parametrize("room", ROOMS)
def test_each_file_has_tests_of_its_name_but_those_written_down(room):
    known = set(ELSEWHERE[room].files.split()) if room in ELSEWHERE else set()
    found = without_tests(room)
    assert found - known == set(), "give it tests of its own name"
    assert known - found == set(), "it has tests of its name now, or is gone: take it off the list"


def test_no_file_of_the_native_executor_is_an_exception():
    assert [room for room in ELSEWHERE if room.startswith("executors/native")] == []
    native = [room for room in ROOMS if room.startswith("executors/native")]
    assert len(native) > 9
    assert {room: without_tests(room) for room in native} == {room: set() for room in native}


@pytest.mark.parametrize("room", ELSEWHERE)
def test_what_tries_them_instead_is_there(room):
    each = ELSEWHERE[room]
    assert each.why
    assert [name for name in each.tests if not (TESTS / name).is_file()] == []
