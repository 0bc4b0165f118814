"""Frozen parameters: no update, no decay, no momentum, and corrections by their own updates."""

import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn, optim
from pellucid.errors import GradientError
from pellucid.functional import cross_entropy

TORCH = json.loads(Path(__file__).with_name("group_values.json").read_text())["frozen"]
PROBLEM = json.loads(Path(__file__).with_name("torch_values.json").read_text())["problem"]
STEPS = 100
START = {"w": np.linspace(-1.0, 1.0, 6).reshape(2, 3), "b": np.array([[0.5, -1.0, 2.0]])}


def rests(name, t):
    """Whether a parameter is frozen in update t, from 0: w three times, b once, never both."""
    if name == "w":
        return t < 20 or 45 <= t < 50 or t >= 97
    return 60 <= t < 80


KINDS = {
    "momentum": lambda p: optim.Momentum(p, 0.02, weight_decay=0.1, clip=optim.ByGlobalNorm(1.5)),
    "adam": lambda p: optim.Adam(p, 0.02, weight_decay=0.1, clip=optim.ByGlobalNorm(1.5)),
}


def plain(kind):
    """The same as a loop over NumPy arrays that knows the updates of each parameter."""
    found = {name: array.copy() for name, array in START.items()}
    m, v = ({name: np.zeros_like(array) for name, array in START.items()} for _ in range(2))
    counts = dict.fromkeys(START, 0)
    for t in range(STEPS):
        gradients = {name: found[name] ** 3 for name in START if not rests(name, t)}
        norm = np.sqrt(sum((g**2).sum() for g in gradients.values()))
        for name, whole in gradients.items():
            g = whole * min(1.0, 1.5 / norm)
            w = found[name] - 0.02 * 0.1 * found[name]
            counts[name] += 1
            if kind == "momentum":
                m[name] = 0.9 * m[name] + g
                found[name] = w - 0.02 * m[name]
                continue
            m[name] = 0.9 * m[name] + 0.1 * g
            v[name] = 0.999 * v[name] + 0.001 * g * g
            upper = m[name] / (1 - 0.9 ** counts[name])
            lower = v[name] / (1 - 0.999 ** counts[name])
            found[name] = w - 0.02 * upper / (np.sqrt(lower) + 1e-8)
    return found


def parameters():
    return {name: pc.Parameter(array.copy()) for name, array in START.items()}


def loss_of(p):
    return ((p["w"] ** 4.0).sum() + (p["b"] ** 4.0).sum()) * 0.25


def freeze(p, t):
    for name, w in p.items():
        w.frozen = rests(name, t)


@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_hundred_updates_are_those_of_a_plain_loop(kind, executor):
    p = parameters()
    optimizer = KINDS[kind](p)

    def step():
        optimizer.minimize(loss_of(p))

    run = step if executor == "eager" else pc.compile(step, executor=executor)
    for t in range(STEPS):
        freeze(p, t)
        before = {name: w.value.numpy().copy() for name, w in p.items()}
        slots = optimizer.state_dict()
        run()
        for name, w in p.items():
            same = w.value.numpy().tobytes() == before[name].tobytes()
            assert same == rests(name, t)
            after = optimizer.state_dict()
            own = [key for key in slots if key.startswith(f"{name}:")]
            assert all((after[k] == slots[k]).all() == rests(name, t) for k in own)
    for name, expected in plain(kind).items():
        np.testing.assert_allclose(p[name].value.numpy(), expected, rtol=0, atol=1e-10)


def test_a_hundred_updates_are_those_of_pytorch():
    x, ids = np.array(PROBLEM["x"]), np.array(PROBLEM["ids"])
    p = {name: pc.Parameter(np.array(PROBLEM[name])) for name in ("w", "b")}
    optimizer = optim.AdamW(p, 0.02, weight_decay=0.1)
    for i in range(STEPS):
        p["w"].frozen, p["b"].frozen = i < 40, i >= 70
        optimizer.minimize(cross_entropy(pc.tensor(x) @ p["w"] + p["b"], pc.tensor(ids)))
    for name, expected in TORCH.items():
        np.testing.assert_allclose(p[name].value.numpy(), np.array(expected), rtol=0, atol=1e-10)


@pytest.mark.parametrize("cut", [10, 47, 70, 90])
@pytest.mark.parametrize("executor", ["reference", "native"])
def test_a_state_is_gone_on_with_to_the_bit_also_by_an_optimizer_that_missed_nothing(executor, cut):
    def steps(p, optimizer, numbers):
        step = pc.compile(lambda: optimizer.minimize(loss_of(p)), executor=executor)
        for t in numbers:
            freeze(p, t)
            step()

    whole, parts = parameters(), parameters()
    steps(whole, KINDS["adam"](whole), range(STEPS))
    first = KINDS["adam"](parts)
    steps(parts, first, range(cut))
    again = {name: pc.Parameter(w.value.numpy().copy()) for name, w in parts.items()}
    second = KINDS["adam"](again)
    second.load_state_dict(first.state_dict())
    steps(again, second, range(cut, STEPS))
    for name, w in again.items():
        assert w.value.numpy().tobytes() == whole[name].value.numpy().tobytes()


def test_a_state_from_before_anything_was_frozen_has_missed_nothing():
    p = parameters()
    optimizer = KINDS["adam"](p)
    optimizer.minimize(loss_of(p))
    before = optimizer.state_dict()
    assert "missed" not in before
    p["w"].frozen = True
    optimizer.minimize(loss_of(p))
    assert optimizer.state_dict()["missed"].tolist() == [1, 0]
    optimizer.load_state_dict(before)
    assert optimizer.state_dict()["missed"].tolist() == [0, 0]


def test_no_gradient_is_computed_for_what_is_frozen():
    p = parameters()
    optimizer = optim.SGD(p, 0.1)
    p["w"].frozen = True
    assert list(optimizer.gradients(loss_of(p))) == ["b"]
    found = pc.capture(lambda: optimizer.minimize(loss_of(p)))()
    p["w"].frozen = False
    assert len(str(found)) < len(str(pc.capture(lambda: optimizer.minimize(loss_of(p)))()))


def test_gradients_of_ones_own_for_frozen_parameters_are_left_out():
    p = parameters()
    optimizer = optim.SGD(p, 0.1, clip=optim.ByGlobalNorm(1.0))
    p["w"].frozen = True
    optimizer.apply({"w": pc.tensor(np.full((2, 3), 1e6)), "b": pc.tensor(np.full((1, 3), 0.1))})
    np.testing.assert_array_equal(p["w"].value.numpy(), START["w"])
    np.testing.assert_allclose(p["b"].value.numpy(), START["b"] - 0.01)


def test_a_network_may_be_thawed_layer_by_layer_however_many_there_are():
    p = {f"w{i}": pc.Parameter(np.full((1, 1), 1.0)) for i in range(15)}
    optimizer = optim.SGD(p, 0.1)
    step = pc.compile(
        lambda: optimizer.minimize(sum((w * w).sum() for w in p.values())), executor="reference"
    )
    for w in list(p.values())[:-1]:
        w.frozen = True
    for w in reversed(p.values()):
        w.frozen = False
        step()  # a warning of many captures would be an error here
    found = [w.value.item() for w in p.values()]
    np.testing.assert_allclose(found, [0.8 ** (i + 1) for i in range(15)])


def test_where_all_are_frozen_nothing_is_trained():
    p = parameters()
    optimizer = optim.SGD(p, 0.1)
    for w in p.values():
        w.frozen = True
    with pytest.raises(GradientError, match="minimize: all parameters are frozen, and nothing is"):
        optimizer.minimize(loss_of(p))
    assert optimizer.steps.item() == 0


def test_a_module_is_frozen_with_all_inside_and_copies_are_as_it_is():
    rng = pc.random.Generator(0)
    model = nn.Sequential(nn.Linear(2, 3, rng=rng), nn.BatchNorm(3), nn.Linear(3, 2, rng=rng))
    assert model[:2].freeze().parameters().keys() == model[:2].parameters().keys()
    marks = [True, True, True, True, False, False]
    for each in (model, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert [w.frozen for w in each.parameters().values()] == marks
    undrawn = nn.Linear(2, 3).freeze()
    for layer in (undrawn, copy.deepcopy(undrawn)):
        assert layer.weight.frozen
        assert layer.weight.value.shape == (2, 3)
        assert layer.weight.frozen
    assert model.thaw() is model
    assert not any(w.frozen for w in model.parameters().values())


@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
def test_a_frozen_batch_norm_keeps_its_statistics_and_normalises_by_them(executor):
    norm = nn.BatchNorm(2)
    norm.running_mean.assign([1.0, 2.0])
    norm.running_variance.assign([4.0, 0.25])
    x = np.array([[1.0, 2.0], [5.0, 3.0]], np.float32)
    run = norm if executor == "eager" else pc.compile(norm, executor=executor)
    assert norm.freeze().training
    frozen = run(x).numpy()
    np.testing.assert_allclose(frozen, [[0.0, 0.0], [2.0, 2.0]], rtol=1e-4)
    assert norm.running_mean.tolist() == [1.0, 2.0]
    norm.thaw()
    np.testing.assert_allclose(run(x).numpy(), [[-1.0, -1.0], [1.0, 1.0]], rtol=1e-3)
    assert norm.running_mean.tolist() == pytest.approx([1.2, 2.05])
    norm.weight.frozen = True  # one of both alone
    run(x)
    assert norm.running_mean.tolist() != pytest.approx([1.2, 2.05])
