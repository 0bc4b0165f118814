"""The version of pellucid."""

__version__ = "0.1.0"
