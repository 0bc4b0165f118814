"""Counting work instead of time: tests of growth, whatever else the machine does.

counting        a function, and the list of its captures
lines_run       how many lines of Python run inside pellucid while a function does
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pellucid

HOME = str(Path(pellucid.__file__).parent)


def counting(function: Callable[..., Any]) -> tuple[Callable[..., Any], list[int]]:
    """The function, and the list of the captures of it."""
    captures: list[int] = []

    def counted(*arguments: Any) -> Any:
        captures.append(1)
        return function(*arguments)

    return counted, captures


def lines_run(function: Callable[[], Any]) -> int:
    """Lines of pellucid that run, each pass of a loop and of a comprehension counted."""
    count = 0

    def line(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return line

    def call(frame: Any, event: str, argument: Any) -> Any:
        return line if frame.f_code.co_filename.startswith(HOME) else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        function()
    finally:
        sys.settrace(before)
    return count
