"""What tests of many runs have at hand."""

from archive.kept_runs import shelf

__all__ = ["shelf"]
