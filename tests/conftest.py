"""What all tests share."""

import os

import pytest

os.environ.setdefault("MPLBACKEND", "Agg")

# Scripts that write expected values with PyTorch; no test needs it.
collect_ignore_glob = ["*/make_torch_values.py"]


@pytest.fixture(autouse=True, scope="session")
def _private_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Machine code compiled by tests does not land in the user's cache."""
    os.environ.setdefault("PELLUCID_CACHE", str(tmp_path_factory.mktemp("cache")))
