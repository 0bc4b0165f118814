"""What the tests of running programs have in common."""

import pytest

from pellucid.executors import threads


@pytest.fixture(autouse=True)
def _threads_as_before():
    before = threads._Choice.count
    yield
    threads._Choice.count = before
