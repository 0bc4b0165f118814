"""In bfloat16 the operands of products are rounded, and nothing else is."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional, nn, optim
from pellucid import primitives as p
from pellucid.errors import OptionError
from pellucid.executors import EXECUTORS
from pellucid.precision import PRECISIONS, PRODUCTS, SUFFIX

NAMES = [name for name in PRECISIONS if name != "float32"]


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def rounded(x):
    return pc.apply(p.RoundedToBfloat16(), x).numpy()


def operands_of_products(graph):
    """For each product of a graph and its bodies, what makes its operands, before movements."""
    made_by = {node.output.name: node for node in graph.nodes}
    found = []
    for node in graph.nodes:
        for body in node.primitive.bodies:
            found += operands_of_products(body)
        if type(node.primitive) in PRODUCTS:
            for value in node.inputs:
                name, maker = value.name, made_by.get(value.name)
                while maker is not None and isinstance(maker.primitive, p.Reshape | p.PermuteDims):
                    name = maker.inputs[0].name
                    maker = made_by.get(name)
                # Of a loop, what stays the same in every turn is rounded before it.
                before = p.RoundedToBfloat16 if name.endswith(SUFFIX) else None
                found.append(before if maker is None else type(maker.primitive))
    return found


def network():
    # A bias before batch norm has no effect, and what rounding leaves as its gradient.
    convolution = nn.Conv2d(1, 4, 3, bias=False)
    layers = (convolution, nn.BatchNorm(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
    return nn.Sequential(*layers).seeded(0)


IMAGES, CLASSES = numbers(20, 1, 8, 8), np.arange(20) % 3


def trained(executor, steps=10, precision="bfloat16"):
    """The losses of some steps, and the weights after them."""
    model = network()
    optimizer = optim.Adam(model.parameters(), 0.01)

    @pc.compile(executor=executor, precision=precision)
    def step(x, t):
        loss = functional.cross_entropy(model(x), t)
        optimizer.minimize(loss)
        return loss

    losses = [step(IMAGES, CLASSES).item() for _ in range(steps)]
    return losses, model.state_dict(), step.graph(IMAGES, CLASSES)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_product_is_that_of_rounded_operands_summed_in_float32(executor):
    a, b = numbers(5, 40), numbers(40, 7, seed=1)
    y = pc.compile(lambda a, b: a @ b, executor=executor, precision="bfloat16")(a, b).numpy()
    left, right = rounded(a).astype(np.float64), rounded(b).astype(np.float64)
    bound = 40 * 2.0**-24 * (np.abs(left) @ np.abs(right))
    assert (np.abs(y - left @ right) <= bound).all()
    assert (np.abs(y - a.astype(np.float64) @ b) > bound).any()  # of those that are not rounded


@pytest.mark.parametrize("executor", EXECUTORS)
def test_gradients_are_products_of_rounded_operands_too(executor):
    a, b, weights = numbers(5, 8), numbers(8, 7, seed=1), numbers(5, 7, seed=2)
    slopes = pc.grad(lambda a, b: ((a @ b) * weights).sum(), argument=(0, 1))
    da, db = pc.compile(slopes, executor=executor, precision="bfloat16")(a, b)
    np.testing.assert_allclose(da.numpy(), rounded(weights) @ rounded(b).T, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(db.numpy(), rounded(a).T @ rounded(weights), rtol=1e-5, atol=1e-5)


def test_every_operand_of_a_training_step_is_rounded_and_parameters_are_not():
    _, _, graph = trained("reference", 1)
    kinds = operands_of_products(graph)
    assert len(kinds) == 10
    assert set(kinds) == {p.RoundedToBfloat16}
    makers = {node.output.name: type(node.primitive) for node in graph.nodes}
    assert p.RoundedToBfloat16 not in [makers.get(value.name) for value in graph.outputs]


def test_each_value_is_rounded_once_whoever_multiplies_it():
    _, _, graph = trained("reference", 1)
    of = [n.inputs[0].name for n in graph.nodes if isinstance(n.primitive, p.RoundedToBfloat16)]
    assert len(of) == len(set(of)) == 6  # two inputs, two weights, two gradients


def test_every_node_of_the_graph_is_needed_and_its_text_reads_back():
    _, _, graph = trained("reference", 1)
    used = {value.name for node in graph.nodes for value in node.inputs}
    used |= {value.name for value in graph.outputs}
    assert {node.output.name for node in graph.nodes} <= used
    assert pc.parse(str(graph), constants=[array for _, array in graph.constants]) == graph


def test_products_inside_loops_over_time_are_rounded():
    model = nn.LSTM(3, 4).seeded(0)
    slopes = pc.value_and_grad(lambda x: (model(x)[0] ** 2.0).sum())
    x = numbers(2, 5, 3)
    graph = pc.compile(slopes, executor="reference", precision="bfloat16").graph(x)
    assert set(operands_of_products(graph)) == {p.RoundedToBfloat16}
    native, reference = (
        pc.compile(slopes, executor=e, precision="bfloat16")(x)[1].numpy() for e in EXECUTORS
    )
    np.testing.assert_allclose(native, reference, rtol=2e-2, atol=2e-3)


def test_executors_agree_within_a_rounding_of_bfloat16():
    (losses, weights, _), (others, theirs, _) = (trained(executor) for executor in EXECUTORS)
    np.testing.assert_allclose(losses, others, rtol=2.0**-8)
    for name, array in weights.items():
        np.testing.assert_allclose(array, theirs[name], rtol=2.0**-8, atol=2.0**-8)


def test_it_is_not_float32_and_near_it():
    (losses, _, _), (others, _, _) = (trained("native", precision=p) for p in PRECISIONS)
    assert losses != others
    np.testing.assert_allclose(losses, others, rtol=0.05)


def test_float64_stays_as_it_is():
    a = np.random.default_rng(0).normal(size=(3, 3))
    square = pc.compile(lambda a: a @ a, precision="bfloat16")
    np.testing.assert_allclose(square(a).numpy(), a @ a, rtol=1e-14)


def test_in_float32_the_graph_is_the_one_that_was_captured():
    def product(a):
        return a @ a

    a = numbers(3, 3)
    usual, named = pc.compile(product), pc.compile(product, precision="float32")
    assert usual.graph(a) == named.graph(a) == pc.capture(product)(a)


@pytest.mark.parametrize("name", ["bf16", "float16", None, 16])
def test_an_unknown_precision_is_refused_with_the_known_ones(name):
    with pytest.raises(OptionError, match=r"precision is .*Known: float32, bfloat16\..*float32"):
        pc.compile(lambda x: x, precision=name)


INSIDE = r"compiled in bfloat16 is called within .* float32.*Give the outermost the precision"


def test_a_precision_that_would_be_lost_inside_another_program_is_refused():
    square = pc.compile(lambda a: a @ a, precision="bfloat16")
    a = numbers(3, 3)
    with pytest.raises(OptionError, match=INSIDE):
        pc.compile(square)(a)
    with pytest.raises(OptionError, match=INSIDE):
        pc.grad(lambda a: square(a).sum())(a)
    outer = pc.compile(square, precision="bfloat16")
    np.testing.assert_array_equal(outer(a).numpy(), square(a).numpy())


def test_a_function_inside_takes_the_precision_of_the_outermost():
    square = pc.compile(lambda a: a @ a)
    a = numbers(3, 3)
    wanted = pc.compile(lambda a: a @ a, precision="bfloat16")(a).numpy()
    found = pc.compile(square, precision="bfloat16")(a).numpy()
    np.testing.assert_array_equal(found, wanted)


def test_what_every_turn_of_a_loop_multiplies_is_rounded_once_before_it():
    model = nn.LSTM(3, 4).seeded(0)
    slopes = pc.value_and_grad(lambda x: (model(x)[0] ** 2.0).sum())
    graph = pc.compile(slopes, precision="bfloat16").graph(numbers(2, 5, 3))
    loops = [node.primitive for node in graph.nodes if node.primitive.bodies]
    assert len(loops) == 2
    for loop in loops:
        fixed = {value.name for value in loop.body.inputs[: loop.constants]}
        inside = [n for n in loop.body.nodes if isinstance(n.primitive, p.RoundedToBfloat16)]
        assert not [n for n in inside if n.inputs[0].name in fixed]
        used = {value.name for node in loop.body.nodes for value in node.inputs}
        assert fixed <= used | {value.name for value in loop.body.outputs}
