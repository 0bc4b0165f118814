"""Captured functions: when they are captured again, and the names that their graphs have."""

import numpy as np
import pytest
from counting import counting, lines_run

import pellucid as pc
from pellucid.errors import DTypeError
from pellucid.recordings import setting


def test_captured_again_for_what_decides_the_graph(compiled):
    f, captures = counting(lambda x, n: x if n == 1 else x * 2.0)
    run = compiled(f)
    x = np.ones(2, np.float32)
    calls = [(x, 1), (x + 1, 1), (x, 2), (x, True), (x[:1], 1), (x.astype("f8"), 1), ([x], 1)]
    expected = [1, 1, 2, 3, 4, 5, 6]
    for (argument, n), count in zip(calls, expected, strict=True):
        if isinstance(argument, list):
            with pytest.raises(TypeError):
                run(argument, 2)
        else:
            run(argument, n)
        assert len(captures) == count
    run(*calls[0])
    assert len(captures) == expected[-1]


def test_captured_again_when_a_setting_changed_and_reused_when_it_changed_back(compiled):
    mode = {"training": True}
    f, captures = counting(lambda x: x * 2.0 if setting(lambda: mode["training"]) else x)
    run = compiled(f)
    found = []
    for training in (True, False, True, False):
        mode["training"] = training
        found.append(run(pc.tensor(3.0)).item())
    assert found == [6.0, 3.0, 6.0, 3.0]
    assert len(captures) == 2


def test_arguments_are_named_after_their_parameters():
    def f(first, *rest):
        return first + rest[0] + rest[1][0]

    graph = pc.capture(f)(np.ones(1), np.ones(1), [np.ones(1)])
    assert [value.name for value in graph.inputs] == ["first", "rest", "rest.2.0"]


def test_what_was_captured_can_be_looked_at():
    v = pc.Variable([1.0], name="w")
    run = pc.compile(lambda x: v.assign(v + x), executor="reference")
    captured = run.captured(pc.tensor([1.0]))
    assert captured.variables == (v,)
    assert captured.procedure.updates == (1,)
    assert str(run.graph(pc.tensor([1.0]))) == str(captured.procedure.graph)
    assert v.tolist() == [1.0]


def test_variables_of_one_name_are_numbered_without_trying_every_number():
    def captured(count):
        variables = [pc.Buffer(1.0) for _ in range(count)]
        return pc.capture(lambda x: [v + x for v in variables])(1.0)

    names = [value.name for value in captured(4).inputs]
    assert names == ["x", "buffer", "buffer~2", "buffer~3", "buffer~4"]
    assert lines_run(lambda: captured(400)) < 4.3 * lines_run(lambda: captured(100))


def test_an_argument_of_float64_that_met_float32_is_named():
    w = pc.Parameter([[1.0], [2.0]])

    @pc.compile
    def outputs(x, scale, shift):
        return (x @ w) * scale + shift

    narrow, wide = np.ones((3, 2), np.float32), np.ones((3, 2))
    message = "float64 with float32.*The compiled function's argument a is float64.*a.astype"
    with pytest.raises(DTypeError, match=message) as caught:
        pc.compile(lambda a: outputs(a, 1.0, 2.0))(wide)
    assert str(caught.value).count("The compiled function") == 1
    with pytest.raises(DTypeError, match="arguments scale, shift are float64"):
        outputs(narrow, np.ones(1), np.ones(1))
