"""Runs that earlier versions made, in tests/golden/kept_runs: a folder for each format.

format_1    without a number of its format: of the command line, one killed, and of a Trainer
"""

import shutil
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "golden" / "kept_runs"
FORMAT_1 = FOLDER / "format_1"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A copy of the runs of format 1, which a test may change."""
    return Path(shutil.copytree(FORMAT_1, tmp_path / "shelf"))
