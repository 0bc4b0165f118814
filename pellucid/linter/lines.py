"""The line of the user's code that each operation of a captured function stands in.

    Lines      notes them while a function is captured: `with Lines() as lines: ...`

Nothing else has to know of it: Python tells of the calls that are made, as it does profilers.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from pellucid.graph import Node
from pellucid.origins import Origin

HOME = f"{Path(__file__).parents[1]}{os.sep}"  # of the package


class Lines:
    """What was recorded, in its order: primitive, layer, and the line."""

    def __init__(self) -> None:
        self._seen: list[tuple[Any, str]] = []
        self._is_free = sys.getprofile() is None  # else somebody measures this program

    def __enter__(self) -> Self:
        if self._is_free:
            sys.setprofile(self._look)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._is_free:
            sys.setprofile(None)

    def _look(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code is Origin.__init__.__code__:
            self._seen.append((frame.f_locals["primitive"], _users(frame)))

    def of(self, nodes: Sequence[Node]) -> dict[str, str]:
        """The line of each node, by the name of its output; a graph keeps the order of origins."""
        found: dict[str, str] = {}
        place = 0
        for node in nodes:
            rest = range(place, len(self._seen))
            here = next((i for i in rest if self._seen[i][0] is node.primitive), None)
            if here is None:
                continue
            found[node.output.name] = self._seen[here][1]
            place = here + 1
        return found


def _users(frame: FrameType) -> str:
    """The innermost line outside this package: `net.py:12`; empty where there is none."""
    at: FrameType | None = frame
    while at is not None:
        name = at.f_code.co_filename
        if not name.startswith(HOME):
            return f"{Path(name).name}:{at.f_lineno}"
        at = at.f_back
    return ""
