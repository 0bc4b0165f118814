"""Doctests are collected from files that have any: looking for them costs seconds otherwise."""

from collections.abc import Generator
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path,
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Leave out what would read the docstrings of a file in which nothing is prompted."""
    found = yield
    if not any(isinstance(each, DoctestModule) for each in found):
        return found
    if b">>>" in file_path.read_bytes():
        return found
    return [each for each in found if not isinstance(each, DoctestModule)]
