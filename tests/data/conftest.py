"""Where the real data for tests lie."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The four original files of MNIST; the tests that need them are skipped without."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("PELLUCID_TEST_DATA", beside)) / "mnist"
    if not folder.is_dir():
        pytest.skip(f"no MNIST in {folder}: set PELLUCID_TEST_DATA to the folder that holds mnist/")
    return folder
