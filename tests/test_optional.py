"""Libraries that cannot be imported: the cause is named, and the remedy for that cause."""

import importlib

import pytest

from pellucid.errors import DataError
from pellucid.optional import imported

NO_MEMORY = "libx.so: failed to map segment from shared object"


def test_what_is_there_is_imported():
    assert imported("json.decoder", "x: json", DataError).__name__ == "json.decoder"


def test_what_is_not_installed_is_to_be_installed():
    text = "x: Nothing, which helps, cannot be imported: it is not installed. Install it: .* none$"
    with pytest.raises(DataError, match=text):
        imported("nothing_like.it", "x: Nothing, which helps", DataError, package="none")


@pytest.mark.parametrize(
    ("said", "kind", "text"),
    [
        (NO_MEMORY, MemoryError, f"x: json, cannot be imported: not enough memory .{NO_MEMORY}"),
        ("MemoryError", MemoryError, "not enough memory"),
        ("wrong version", DataError, "x: json, cannot be imported: wrong version.$"),
    ],
)
def test_what_is_installed_is_not_to_be_installed(said, kind, text, monkeypatch):
    def fail(name):
        raise ImportError(said)

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(kind, match=text) as raised:
        imported("json", "x: json", DataError)
    assert "nstall" not in str(raised.value)
