"""From a plan to code: equal kernels once, and each told where its buffers lie."""

import pytest
from executors.native.examples import procedure
from llvmlite import binding

from pellucid.executors.native.kernels import emission
from pellucid.executors.native.kernels.emission import divide, emit
from pellucid.executors.native.planning import planned


def layers(count, of="tanh"):
    """As many equal layers, one after the other."""
    lines = ["graph(x: float32[20,30], v: float32[30,30])"]
    last = "x"
    for i in range(count):
        lines.append(f"%{2 * i}: float32[20,30] = matmul() of ({last}, v)")
        lines.append(f"%{2 * i + 1}: float32[20,30] = {of}() of (%{2 * i})")
        last = f"%{2 * i + 1}"
    return planned(procedure("\n".join([*lines, f"return {last}"])))


def test_equal_kernels_have_one_function_and_bindings_of_their_own():
    code = emit(layers(5))
    assert len(code.names) == len(code.bindings) == 5
    assert len(set(code.names)) < 5
    assert len(set(code.bindings)) >= 3  # the first, the last, and those between
    assert emit(layers(9)).text == code.text


def test_the_text_is_one_valid_module_with_every_function_that_is_named():
    code = emit(layers(3))
    module = binding.parse_assembly(code.text)
    module.verify()
    defined = {f.name for f in module.functions if not f.is_declaration}
    assert set(code.names) <= defined


def test_bindings_are_three_numbers_for_each_place():
    for numbers in emit(layers(3)).bindings:
        assert len(numbers) % 3 == 0
        assert len(numbers) >= 9


def test_each_kernel_has_work_to_divide():
    shared = layers(4)
    work = divide(shared)
    assert len(work) == len(emit(shared).names)
    assert all(share.units >= 1 and share.nanoseconds > 0 for share in work)


@pytest.mark.parametrize("most", [0, 512])
def test_where_there_are_too_many_long_rules_they_are_called(most, monkeypatch):
    monkeypatch.setattr(emission, "MOST_WRITTEN_OUT", most)
    text = emit(layers(2)).text
    binding.parse_assembly(text).verify()
    names = [line for line in text.splitlines() if line.startswith("define")]
    assert any("kernel_" not in line for line in names) == (most == 0)
