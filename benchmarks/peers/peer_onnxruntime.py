"""onnxruntime as a contender in predictions: the network written as an ONNX graph."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from pellucid.bench.contender import Contender
from pellucid.bench.networks import FLATTEN, NETWORKS, POOL, RELU, Conv, Dense, Dropout
from pellucid.bench.prediction import in_turn
from pellucid.bench.workloads import Problem

Array = np.ndarray[Any, Any]
OPSET = 17  # ONNX 1.12, of 2022: whatever runs today reads it


def contenders(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    """One for each number of threads: a session takes its own from the start."""
    model = graph_of(problem)
    runs = {n: in_turn(problem, predictor(model, n)) for n in threads}
    return [
        Contender("onnxruntime", f"session, {n} thread{'s' * (n > 1)}", run, n)
        for n, run in runs.items()
    ]


def predictor(model: bytes, threads: int) -> Callable[[Array], Array]:
    """A function of a batch in NumPy, with every rewriting of the graph that there is."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])

    def predict(x: Array) -> Array:
        y: Array = session.run(None, {"x": x})[0]
        return y

    return predict


def graph_of(problem: Problem) -> bytes:
    """The workload's network with the problem's weights, as a file of ONNX holds it."""
    from onnx import TensorProto, helper

    nodes, weights = _written(problem)
    batch = problem.workload.batch
    shape = [batch, *problem.features.shape[1:]]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, [batch, 10])
    graph = helper.make_graph(nodes, problem.workload.name, [x], [y], weights)
    versions = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=versions, ir_version=8)
    written: bytes = model.SerializeToString()
    return written


def _written(problem: Problem) -> tuple[list[Any], list[Any]]:
    """The nodes in their order, and what of them is constant."""
    from onnx import helper, numpy_helper

    nodes: list[Any] = []
    constants: list[Any] = []
    value = "x"
    for i, (kind, attributes, arrays) in enumerate(_layers(problem)):
        names = [f"w{i}_{k}" for k in range(len(arrays))]
        pairs = zip(arrays, names, strict=True)
        constants += [numpy_helper.from_array(array, name) for array, name in pairs]
        nodes.append(helper.make_node(kind, [value, *names], [f"y{i}"], **attributes))
        value = f"y{i}"
    return nodes, constants


def _layers(problem: Problem) -> Iterator[tuple[str, dict[str, Any], list[Array]]]:
    """Operation, attributes and weights of each layer; at inference dropout is none."""
    if not problem.workload.network:
        *hidden, last = problem.weights
        for pair in hidden:
            yield "Gemm", {}, [*pair]
            yield "Relu", {}, []
        yield "Gemm", {}, [*last]
        return
    weights = iter(problem.network_weights)
    for layer in NETWORKS[problem.workload.network]:
        if not isinstance(layer, Dropout):
            yield _layer(layer, weights)


def _layer(layer: Any, weights: Iterator[Array]) -> tuple[str, dict[str, Any], list[Array]]:
    match layer:
        case Conv(_, _, size, padding, stride, bias):
            window = {"kernel_shape": [size] * 2, "pads": [padding] * 4, "strides": [stride] * 2}
            return "Conv", window, [next(weights) for _ in range(1 + bias)]
        case Dense():
            return "Gemm", {}, [next(weights), next(weights)]
    plain: dict[Any, tuple[str, dict[str, Any]]] = {
        RELU: ("Relu", {}),
        POOL: ("MaxPool", {"kernel_shape": [2, 2], "strides": [2, 2]}),
        FLATTEN: ("Flatten", {}),
    }
    return *plain[layer], []
