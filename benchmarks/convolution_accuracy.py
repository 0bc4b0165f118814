"""Errors of convolutions with fewer multiplications, on the layers of networks in real training.

    python benchmarks/convolution_accuracy.py FOLDER [W6 W8] [--steps 600]

FOLDER holds the four files of MNIST. The networks of the workloads are trained on it natively, W8
with images padded to 32 x 32 and the same in all three channels. Then one more step is computed,
and each convolution of 3 x 3 in it, forward and both gradients, is done again from the very numbers
that it had there: fast as in the step, directly, and in float64. Printed are the errors against
float64 (root mean square), in roundings (2^-24) of the size of the result, and the ratio of both.
"""

import argparse
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid import data
from pellucid import primitives as p
from pellucid.bench.training import step_of
from pellucid.bench.workloads import WORKLOADS, problem
from pellucid.executors.native.executor import Native
from pellucid.executors.native.passes.expansion import asked_for
from pellucid.executors.native.passes.fewer_multiplications import with_fast_convolutions
from pellucid.graph import Graph, Node, Procedure
from pellucid.primitives.parts import Part, Split

ROUNDING = 2.0**-24
BOUNDS = {"value": 4.0, "gradient by input": 4.0, "gradient by kernels": 6.0}
TAPS = (3, 3)


@dataclass(frozen=True)
class Layer:
    """A convolution of a training step, and the arrays that it had there."""

    kind: str
    node: Node
    x: Any
    w: Any

    def errors(self, fast: Graph) -> tuple[float, float]:
        """Root mean square errors, in roundings: as in a graph of fast ones, and direct."""
        rule = self.node.primitive
        exact = rule.forward(np, self.x.astype(np.float64), self.w.astype(np.float64))
        scale = ROUNDING * _root_mean_square(exact)
        direct = Graph(self.node.inputs, (), (self.node,), (self.node.output,))
        as_it_stands = (
            Native(Procedure(graph, 2, exact=True)) for graph in (self.alone(fast), direct)
        )
        first, second = (
            _root_mean_square(run([self.x, self.w], [])[0] - exact) / scale for run in as_it_stands
        )
        return first, second

    def alone(self, fast: Graph) -> Graph:
        """What a graph of fast convolutions has in the place of this one."""
        inputs, output = self.node.inputs, self.node.output
        nodes = asked_for(fast.nodes, [output], [value.name for value in inputs])
        read = {value.name for node in nodes for value in node.inputs}
        constants = tuple(each for each in fast.constants if each[0].name in read)
        return Graph(inputs, constants, tuple(nodes), (output,))

    def is_fast(self, fast: Graph) -> bool:
        """Whether it has fewer multiplications there."""
        return self.node not in fast.nodes


def _root_mean_square(x: Any) -> float:
    return float(np.sqrt(np.mean(x.astype(np.float64) ** 2)))


def trained(name: str, folder: str, steps: int) -> tuple[Any, list[Any]]:
    """The procedure of a workload's step, and its inputs after some steps on real digits."""
    workload = replace(WORKLOADS[name], samples=60_000)
    pictures, _ = data.mnist(folder)
    images = pictures.with_shape(1, 28, 28).features
    if workload.sizes != (1, 28, 28):
        images = np.repeat(np.pad(images, ((0, 0), (0, 0), (2, 2), (2, 2))), 3, axis=1)
    made = replace(
        problem(WORKLOADS[name]), workload=workload, features=images, labels=pictures.labels
    )
    rows = made.batches(steps + 1)
    assert rows is not None
    step = step_of(made)
    losses = step.loop(rows[:-1]).numpy()
    print(f"{name}: loss {losses[:20].mean():.3f}, after {steps} steps {losses[-20:].mean():.3f}")
    captured = step.captured(rows[-1])
    return captured.procedure, [rows[-1], *(v.numpy() for v in captured.variables)]


def layers(graph: Graph, inputs: list[Any]) -> list[Layer]:
    """The convolutions of 3 x 3 of a graph, and their gradients, with what they compute from."""
    arrays = dict(zip((value.name for value in graph.inputs), inputs, strict=True))
    arrays |= {value.name: array for value, array in graph.constants}
    turned: set[str] = set()
    found = []
    for node in graph.nodes:
        operands = [arrays[value.name] for value in node.inputs]
        if isinstance(node.primitive, Part):
            arrays[node.output.name] = operands[0][operands[0].dtype.names[node.primitive.index]]
            continue
        if isinstance(node.primitive, p.Flip):
            turned.add(node.output.name)
        elif isinstance(node.primitive, p.Reshape | p.PermuteDims):
            turned |= {node.output.name} if node.inputs[0].name in turned else set()
        kind = _kind(node, turned)
        if kind:
            found.append(Layer(kind, node, *operands))
        y = node.primitive.forward(np, *operands)
        arrays[node.output.name] = y if isinstance(node.primitive, Split) else np.asarray(y)
    return found


def _kind(node: Node, turned: set[str]) -> str:
    """Which part of a layer a convolution is; nothing where it is none of 3 x 3."""
    if not isinstance(node.primitive, p.Convolution):
        return ""
    if node.output.shape[3:] == TAPS != node.inputs[1].shape[3:]:
        return "gradient by kernels"
    if node.inputs[1].shape[3:] != TAPS:
        return ""
    return "gradient by input" if node.inputs[1].name in turned else "value"


def main() -> None:
    """Print a line for each convolution, then the largest ratio of each kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("workloads", nargs="*", default=["W6", "W8"])
    parser.add_argument("--steps", type=int, default=600)
    asked = parser.parse_args()
    ratios: dict[str, list[float]] = defaultdict(list)
    for name in asked.workloads:
        procedure, inputs = trained(name, asked.folder, asked.steps)
        step = with_fast_convolutions(procedure.graph)
        for layer in layers(procedure.graph, inputs):
            shapes = " by ".join("x".join(map(str, a.shape)) for a in (layer.x, layer.w))
            if not layer.is_fast(step):
                print(f"  {layer.kind:20} {shapes:42} stays direct")
                continue
            fast, direct = layer.errors(step)
            ratios[layer.kind].append(fast / direct)
            print(
                f"  {layer.kind:20} {shapes:42} {fast:8.2f} {direct:8.2f} {fast / direct:6.2f}",
                flush=True,
            )
    for kind, each in ratios.items():
        ends = f"{min(each):.2f} to {max(each):.2f}"
        print(f"{kind}: {ends} in {len(each)} layers, bound {BOUNDS[kind]:.0f}", flush=True)


if __name__ == "__main__":
    main()
