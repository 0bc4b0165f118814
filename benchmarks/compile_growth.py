"""How compile time grows with the size of a graph, pass by pass.

    python benchmarks/compile_growth.py [SHAPES...] [--sizes 100 1000 10000] [--limit 300]

Each shape (`graph_shapes`) is compiled with each number of operations in a process of its own,
with no cache: from the first line of its function to the end of its first call. Printed are the
seconds that each pass took itself, and the exponent of the growth between the last two sizes:
1 is linear. Those of passes below a hundredth of a second say nothing and are left out.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

SIZES = (100, 1000, 10000)
LEAST_SECONDS = 0.01


class Clock:
    """Seconds by pass: what a pass takes itself, without those that it calls."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.running: list[str] = []
        self.since = time.process_time()

    def switch(self) -> None:
        """Book the time since the last switch."""
        now = time.process_time()
        name = self.running[-1] if self.running else "rest"
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self.since
        self.since = now

    def watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed under a name."""

        def timed(*arguments: Any, **named: Any) -> Any:
            self.switch()
            self.running.append(name)
            try:
                return function(*arguments, **named)
            finally:
                self.switch()
                self.running.pop()

        return timed


def watch(clock: Clock) -> None:
    """Time every pass from capture to loading."""
    from pellucid import compile as compiling
    from pellucid import derivatives, graph
    from pellucid.executors.native import executor, machine_code, planning
    from pellucid.executors.native.kernels import emission
    from pellucid.executors.native.machine import target
    from pellucid.optim import optimizer

    passes: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (compiling, ("capture_call", "collect")),
        (derivatives, ("gradients",)),
        (optimizer, ("gradients",)),
        (graph.Graph, ("check", "__str__")),
        (machine_code, ("machine_code", "key_of")),
        (
            planning,
            (
                "simplify",
                "masks_from_results",
                "cut",
                "by_strips",
                "pitches",
                "scattered",
                "layout",
                "Views",
                "fuse",
                "again",
                "neighbours",
                "spill",
                "plan",
            ),
        ),
        (emission, ("emit", "divide")),
        (target, ("object_code", "loaded")),
        (executor.Native, ("__init__", "__call__")),
    )
    names = {"__init__": "table", "__call__": "run", "__str__": "text"}
    for place, functions in passes:
        for name in functions:
            if hasattr(place, name):
                timed = clock.watched(names.get(name, name), getattr(place, name))
                setattr(place, name, timed)


def once(name: str, operations: int) -> dict[str, Any]:
    """Seconds by pass of one shape, and how many nodes its graph has."""
    from graph_shapes import SHAPES

    import pellucid as pc

    function, arguments = SHAPES[name](operations)
    compiled = pc.compile(function)
    start = time.process_time()
    clock = Clock()
    watch(clock)
    compiled(*arguments)
    clock.switch()
    total = time.process_time() - start
    nodes = len(compiled.graph(*arguments).nodes)
    return {"nodes": nodes, "seconds": clock.seconds | {"all": total}}


def in_process(name: str, operations: int, limit: float) -> dict[str, Any] | str:
    """The same in a process of its own; a word where it did not end well."""
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, __file__, "--one", name, str(operations)]
        environment = os.environ | {"PELLUCID_CACHE": cache}
        try:
            done = subprocess.run(
                command,
                env=environment,
                capture_output=True,
                text=True,
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"not done after {limit:.0f} s"
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["no message"])[-1]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def table(results: list[dict[str, Any]]) -> str:
    """A line for each pass: its seconds at each size, and the exponent of its growth."""
    lines = [f"    {'nodes':20}" + "".join(f"{r['nodes']:10,}" for r in results)]
    names = dict.fromkeys(name for r in results for name in r["seconds"])
    for name in sorted(names, key=lambda n: results[-1]["seconds"].get(n, 0.0)):
        times = [r["seconds"].get(name, 0.0) for r in results]
        if times[-1] >= LEAST_SECONDS:
            shown = "".join(f"{t:10.3f}" for t in times)
            lines.append(f"    {name:20}{shown}{exponent(results, times)}")
    return "\n".join(lines)


def exponent(results: list[dict[str, Any]], times: list[float]) -> str:
    """Of the growth from the last size but one to the last."""
    if len(times) < 2 or times[-2] < LEAST_SECONDS:
        return ""
    nodes = [r["nodes"] for r in results[-2:]]
    return f"{math.log(times[-1] / times[-2]) / math.log(nodes[1] / nodes[0]):8.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help="of graph_shapes")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--limit", type=float, default=300, help="seconds of a process")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(once(chosen.one[0], int(chosen.one[1]))))
        return
    from graph_shapes import SHAPES

    for name in chosen.shapes or SHAPES:
        print(f"\n{name}: {SHAPES[name].__doc__}", flush=True)
        results = []
        for size in chosen.sizes:
            found = in_process(name, size, chosen.limit)
            if isinstance(found, str):
                print(f"    {size:,} operations: {found}")
                break
            results.append(found)
        if results:
            print(table(results), flush=True)


if __name__ == "__main__":
    main()
