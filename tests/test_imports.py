"""`import pellucid` is light: heavy libraries load when something needs them."""

import subprocess
import sys

import pytest

HEAVY = ("PIL", "click", "h5py", "jax", "llvmlite", "matplotlib", "rich", "sklearn")


def loaded_by(code: str) -> list[str]:
    """The heavy libraries that a fresh interpreter has loaded after running the code."""
    look = f"{code}\nimport sys\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    "module", ["pellucid", "pellucid.nn", "pellucid.data", "pellucid.io", "pellucid.train"]
)
def test_importing_loads_no_heavy_library(module: str) -> None:
    assert loaded_by(f"import {module}") == []


def test_that_check_sees_a_heavy_library_that_was_loaded() -> None:
    assert loaded_by("import pellucid, llvmlite") == ["llvmlite"]


def test_eager_work_and_gradients_load_no_heavy_library() -> None:
    code = "import pellucid as pc\npc.grad(lambda x: (x * x).sum())(pc.ones(3))"
    assert loaded_by(code) == []


def test_no_more_of_the_standard_library_is_loaded_than_is_needed() -> None:
    look = (
        "import numpy, sys; before = set(sys.modules); import pellucid; "
        "print(*(set(sys.modules) - before) & {'logging', 'concurrent.futures', 'urllib.parse'})"
    )
    done = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


def test_words_of_other_libraries_are_loaded_when_one_is_met() -> None:
    code = (
        "import sys; from pellucid.cli import main; main(['data']); "
        "print(*[m for m in sys.modules if m.startswith('pellucid.foreign')], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stderr.split() == []
