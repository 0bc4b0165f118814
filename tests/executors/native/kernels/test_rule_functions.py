"""Rules as functions: programs that call them give the bits of those that contain them."""

import numpy as np
import pytest
from counting import lines_run
from executors.native.cpus import TARGETS, on_target
from executors.native.examples import procedure
from graph_shapes import SHAPES

from pellucid.compile import capture
from pellucid.executors.native.executor import Native
from pellucid.executors.native.kernels import emission
from pellucid.executors.native.kernels.emission import emit
from pellucid.executors.native.planning import planned
from pellucid.executors.native.schedule import fusion, recompute
from pellucid.graph import Procedure

COSTLY = """graph(x: {t}[{n}], y: {t}[{n}], v: {t}[4,{n}], u: {t}[{n},{n}])
  %c0: {t}[] = constant [0.5]
  %c1: {t}[] = constant [-0.0]
  %0: {t}[{n}] = tanh() of (x)
  %1: {t}[{n}] = power() of (y, %0)
  %2: {t}[{n}] = power() of (y, %c0)
  %3: {t}[] = erf() of (%c1)
  %4: {t}[{n}] = add() of (%1, %2)
  %5: {t}[{n}] = sin() of (%4)
  %6: {t}[4,{n}] = matmul() of (v, u)
  %7: {t}[4,{n}] = sigmoid() of (%6)
  %8: {t}[4,{n}] = multiply() of (%7, %5)
  %9: {t}[4,1] = sum(axis=(1,)) of (%8)
  %10: {t}[4,1] = exp() of (%9)
  return %3, %8, %10"""


def results(made, monkeypatch, cache, most):
    """What a program gives, and its code, where it calls rules from so many on."""
    with monkeypatch.context() as patched:
        patched.setattr(emission, "MOST_WRITTEN_OUT", most)
        patched.setenv("PELLUCID_CACHE", str(cache))
        ready, rng = Native(made), np.random.default_rng(0)
        inputs = [rng.uniform(0.1, 3, v.shape).astype(v.dtype) for v in made.graph.inputs]
        return ready(inputs, []), ready.source("llvm")


@pytest.mark.parametrize("n", [1, 37])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("target", TARGETS)
def test_called_rules_give_the_bits_of_written_ones(target, dtype, n, monkeypatch, tmp_path):
    made = procedure(COSTLY.format(t=dtype, n=n))
    with on_target(target):
        written, text = results(made, monkeypatch, tmp_path / "written", 512)
        called, other = results(made, monkeypatch, tmp_path / "called", 0)
    for a, b in zip(written, called, strict=True):
        assert a.tobytes() == b.tobytes()
    assert "rule." not in text
    assert "define internal" in other
    assert '@"rule.tanh.' in other


def test_a_rule_is_one_function_for_all_kernels_and_a_known_exponent_is_written_out():
    lines = [f"%{i}: float32[{i + 20}] = tanh() of (x{i})" for i in range(520)]
    inputs = ", ".join(f"x{i}: float32[{i + 20}]" for i in range(520))
    outputs = ", ".join(f"%{i}" for i in range(520))
    made = procedure("\n".join([f"graph({inputs})", *lines, f"return {outputs}"]))
    text = emit(planned(made)).text
    assert text.count("define internal") == 1
    assert text.count("@llvm.fma") < 60


def work(name, operations):
    """Lines run to write the code of a shape of graph, and how many nodes it has."""
    function, arguments = SHAPES[name](operations)
    graph = capture(function)(*arguments)
    shared = planned(Procedure(graph, len(graph.inputs)))
    return lines_run(lambda: emit(shared)), len(graph.nodes)


@pytest.mark.parametrize("name", ["chain", "residual", "fan_out"])
def test_writing_code_grows_like_the_graph(name, monkeypatch):
    monkeypatch.setattr(emission, "MOST_WRITTEN_OUT", 40)
    for module in (recompute, fusion):  # so that there are many kernels
        monkeypatch.setattr(module, "MOST_NODES", 16)
    work(name, 20)  # what is imported and kept the first time
    (few, small), (many, large) = work(name, 150), work(name, 450)
    assert many / few < 1.2 * large / small
