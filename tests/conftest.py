"""What all tests share."""

import gc
import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import pellucid as pc
from pellucid.executors import EXECUTORS

os.environ.setdefault("MPLBACKEND", "Agg")

# No deadlines: how long an example takes depends on what else the machine does.
hypothesis.settings.register_profile("pellucid", deadline=None)
hypothesis.settings.load_profile("pellucid")

# Scripts that write expected values with PyTorch, JAX or mpmath; no test needs these.
collect_ignore_glob = ["*/make_*.py", "make_expected.py"]


@pytest.fixture(autouse=True, scope="session")
def _private_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Machine code compiled by tests does not land in the user's cache."""
    os.environ.setdefault("PELLUCID_CACHE", str(tmp_path_factory.mktemp("cache")))


SLOW = frozenset((Path(__file__).parent / "slow.txt").read_text(encoding="utf-8").splitlines())


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests live to the end: collecting garbage does not go through them again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Files that are slow as a whole are not imported where no slow test is to run."""
    return True if _is_quick(config) and _listed(collection_path) in SLOW else None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str
) -> list[pytest.Item] | None:
    """Slow tests are not taken apart into thousands of cases where no slow test is to run."""
    is_slow = _is_quick(collector.config) and f"{collector.nodeid}::{name}" in SLOW
    return [] if is_slow else None


def _is_quick(config: pytest.Config) -> bool:
    return config.getoption("markexpr") == "not slow"


def _listed(path: Path) -> str:
    """A file as the list of slow tests names it."""
    here = Path(__file__).parent
    return f"tests/{path.relative_to(here).as_posix()}" if path.is_relative_to(here) else ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `slow.txt` lists: files, functions with all their cases, or single cases."""
    for item in items:
        file, function = item.nodeid.partition("::")[0], item.nodeid.partition("[")[0]
        if SLOW & {file, function, item.nodeid}:
            item.add_marker(pytest.mark.slow)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests that fork this process are left out where a child would hang, or there is no fork."""
    if item.get_closest_marker("forks") and (not hasattr(os, "fork") or "jax" in sys.modules):
        pytest.skip("no fork here, or one in which JAX has threads that a child lacks")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes golden files anew instead of comparing with them."""
    parser.addoption("--update-golden", action="store_true", help="write golden files anew")


@pytest.fixture(params=EXECUTORS)
def compiled(request: pytest.FixtureRequest) -> Callable[[Callable[..., Any]], Any]:
    """Compiles on each executor."""
    return lambda function: pc.compile(function, executor=request.param)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """A function that compares a text with the golden file of a name."""

    def compare(name: str, text: str) -> None:
        place = Path(__file__).parent / "golden" / name
        if request.config.getoption("--update-golden"):
            place.write_text(text, encoding="utf-8")
        assert text == place.read_text(encoding="utf-8")

    return compare
