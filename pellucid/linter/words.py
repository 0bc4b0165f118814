"""Texts of the linter, made of a sentence and its numbers.

said    the sentence with its values in place
"""

from typing import Any


def said(text: str, **values: Any) -> str:
    """The text with its values in the places that are named."""
    return text.format(**values)
