"""The command line, as its own tests run it."""

from cli.conftest import run

__all__ = ["run"]
