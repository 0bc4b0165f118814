"""Groups: rates, schedules, penalties and decay of their own; rates by depth."""

import json
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn, optim
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy

TORCH = json.loads(Path(__file__).with_name("group_values.json").read_text())
PROBLEM = json.loads(Path(__file__).with_name("torch_values.json").read_text())["problem"]
STEPS = 100
START = {"w": np.linspace(-1.0, 1.0, 6).reshape(2, 3), "b": np.array([0.5, -1.0, 2.0])}


def falling(t):
    """Half a cosine over 80 updates."""
    return 0.01 + 0.04 * (1 + np.cos(np.pi * min(t, 80) / 80)) / 2


COSINE = optim.CosineDecay(0.05, 80, 0.01)
# By name: the groups, and the rate of w and of b at update t, with the decay of w.
GROUPED = {
    "a rate and decay": (
        lambda p: [optim.Group({"w": p["w"]}, 0.05, weight_decay=0.2)],
        lambda t: (0.05, 0.01, 0.2),
    ),
    "a schedule": (
        lambda p: [optim.Group(lambda path, _: path == "w", COSINE)],
        lambda t: (falling(t), 0.01, 0.1),
    ),
    "two groups": (
        lambda p: [
            optim.Group({"w": p["w"]}, factor=0.5, weight_decay=0.0),
            optim.Group({"b": p["b"]}, COSINE),
        ],
        lambda t: (0.005, falling(t), 0.0),
    ),
}
KINDS = {
    "momentum": optim.Momentum,
    "adam": optim.Adam,
}


def plain(kind, rates):
    """The same hundred updates as a loop over NumPy arrays, of the loss sum(w^4) / 4 and of b."""
    found = {name: array.copy() for name, array in START.items()}
    m, v = ({name: np.zeros_like(array) for name, array in START.items()} for _ in range(2))
    for t in range(STEPS):
        of_w, of_b, decay = rates(t)
        for name, rate in (("w", of_w), ("b", of_b)):
            w, g = found[name], found[name] ** 3
            if name == "w":
                w = w - rate * decay * w
            if kind == "momentum":
                m[name] = 0.9 * m[name] + g
                found[name] = w - rate * m[name]
            else:
                m[name] = 0.9 * m[name] + 0.1 * g
                v[name] = 0.999 * v[name] + 0.001 * g * g
                upper, lower = m[name] / (1 - 0.9 ** (t + 1)), v[name] / (1 - 0.999 ** (t + 1))
                found[name] = w - rate * upper / (np.sqrt(lower) + 1e-8)
    return found


def loss_of(p):
    return ((p["w"] ** 4.0).sum() + (p["b"] ** 4.0).sum()) * 0.25


@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", GROUPED)
def test_a_hundred_updates_are_those_of_a_plain_loop(name, kind, executor):
    groups, rates = GROUPED[name]
    p = {key: pc.Parameter(array.copy()) for key, array in START.items()}
    optimizer = KINDS[kind](p, 0.01, weight_decay=0.1, groups=groups(p))

    def step():
        optimizer.minimize(loss_of(p))

    run = step if executor == "eager" else pc.compile(step, executor=executor)
    for _ in range(STEPS):
        run()
    for key, expected in plain(kind, rates).items():
        np.testing.assert_allclose(p[key].value.numpy(), expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("kind", ["momentum", "adamw"])
def test_a_hundred_updates_are_those_of_groups_in_pytorch(kind):
    x, ids = np.array(PROBLEM["x"]), np.array(PROBLEM["ids"])
    p = {name: pc.Parameter(np.array(PROBLEM[name])) for name in ("w", "b")}
    if kind == "momentum":  # there, weight decay is l2
        group = optim.Group({"w": p["w"]}, 0.02, l2=0.1)
        optimizer = optim.Momentum(p, 0.1, groups=[group])
    else:
        group = optim.Group({"w": p["w"]}, 0.02, weight_decay=0.1)
        optimizer = optim.AdamW(p, groups=[group])
    for _ in range(STEPS):
        optimizer.minimize(cross_entropy(pc.tensor(x) @ p["w"] + p["b"], pc.tensor(ids)))
    for name, expected in TORCH[kind].items():
        np.testing.assert_allclose(p[name].value.numpy(), np.array(expected), rtol=0, atol=1e-10)


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_the_rate_of_a_group_can_be_set_under_a_compiled_step(executor):
    p = {name: pc.Parameter([[1.0]]) for name in ("a", "b", "c")}
    groups = [optim.Group({"b": p["b"]}, 0.1), optim.Group({"c": p["c"]}, factor=0.5)]
    optimizer = optim.SGD(p, 0.01, groups=groups)

    def step():
        optimizer.minimize(sum(w.sum() for w in p.values()))

    step = pc.compile(step, executor=executor)
    step()
    optimizer.groups[0].learning_rate = 0.2
    optimizer.learning_rate = 0.04
    step()
    found = [w.value.item() for w in p.values()]
    assert found == pytest.approx([1 - 0.01 - 0.04, 1 - 0.1 - 0.2, 1 - 0.005 - 0.02])
    assert groups[0].learning_rate == 0.1  # what was given is not what is held
    with pytest.raises(OptionError, match=r"Group: factor is set to 1\.0 after it was made"):
        optimizer.groups[1].factor = 1.0
    with pytest.raises(OptionError, match=r"Group: learning_rate -1\.0\. It must be 0 or more"):
        optimizer.groups[0].learning_rate = -1.0
    with pytest.raises(OptionError, match="Group: a CosineDecay in the place of a learning rate"):
        optimizer.groups[0].learning_rate = COSINE


def test_rates_of_groups_belong_to_the_state_and_are_resumed():
    def made():
        p = {key: pc.Parameter(array.copy()) for key, array in START.items()}
        return p, optim.Adam(p, COSINE, groups=[optim.Group({"b": p["b"]}, 0.1)])

    p, optimizer = made()
    assert list(optimizer.state_dict())[:2] == ["steps", "groups.0:learning_rate"]
    optimizer.groups[0].learning_rate = 0.05
    for _ in range(3):
        optimizer.minimize(loss_of(p))
    other, resumed = made()
    resumed.load_state_dict(optimizer.state_dict())
    for name, w in other.items():
        w.assign(p[name].value)
    for _ in range(4):
        optimizer.minimize(loss_of(p))
        resumed.minimize(loss_of(other))
    for name, w in other.items():
        assert w.value.numpy().tobytes() == p[name].value.numpy().tobytes()


def network():
    rng = pc.random.Generator(0)
    body = nn.Sequential(nn.Linear(2, 4, rng=rng), nn.ReLU(), nn.Linear(4, 4, rng=rng))
    return nn.Sequential(body, nn.ReLU(), nn.Linear(4, 2, rng=rng))


def test_a_group_may_be_a_module_and_has_all_within():
    model = network()
    optimizer = optim.SGD(model.parameters(), groups=[optim.Group(model[0], factor=0.1)])
    assert list(optimizer.groups[0].of) == ["0.0.weight", "0.0.bias", "0.2.weight", "0.2.bias"]


def test_rates_fall_from_the_output_to_the_input():
    model = network()
    groups = optim.layerwise_rates(model, 0.5)
    optimizer = optim.SGD(model.parameters(), 0.4, groups=groups)
    assert [(list(g.of), g.factor) for g in optimizer.groups] == [
        (["0.0.weight", "0.0.bias"], 0.25),
        (["0.2.weight", "0.2.bias"], 0.5),
    ]
    before = {path: w.value.numpy() for path, w in model.parameters().items()}
    optimizer.apply({path: pc.ones(w.shape) for path, w in model.parameters().items()})
    moved = {p: (before[p] - w.value.numpy()).mean() for p, w in model.parameters().items()}
    expected = [0.1, 0.1, 0.2, 0.2, 0.4, 0.4]
    assert list(moved.values()) == pytest.approx(expected, rel=1e-5)


class Transformer(nn.Module):
    """Blocks in a list, a table of its own, and an output that is tied to the embedding."""

    def __init__(self):
        rng = pc.random.Generator(0)
        self.places = pc.Parameter(np.zeros((7, 4), np.float32))
        self.embedding = nn.Linear(3, 4, rng=rng)
        self.blocks = [nn.Linear(4, 4, rng=rng) for _ in range(2)]
        self.activation = nn.ReLU()
        self.output = nn.Linear(4, 3, rng=rng)
        self.output.weight = self.embedding.weight


def test_what_stands_in_no_layer_goes_with_the_first_and_what_stands_in_two_too():
    model = Transformer()
    groups = optim.layerwise_rates(model, 0.8)
    assert [list(group.of) for group in groups] == [
        ["places", "embedding.weight", "embedding.bias"],
        ["blocks.0.weight", "blocks.0.bias"],
        ["blocks.1.weight", "blocks.1.bias"],
    ]
    assert [group.factor for group in groups] == pytest.approx([0.512, 0.64, 0.8])
    whole = [nn.Sequential(model.embedding, *model.blocks), model.output]
    said = optim.layerwise_rates(model, 0.8, layers=whole)
    assert [group.factor for group in said] == [0.8]
    assert len(said[0].of) == 7


def made(*groups, names=("w", "b")):
    p = {name: pc.Parameter(START[name].copy()) for name in ("w", "b")}
    given = [group(p) if callable(group) else group for group in groups]
    return optim.SGD({name: p[name] for name in names}, groups=given)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.Group({}), "Group: no option. Say what these parameters have of their own"),
        (
            lambda: optim.Group({}, 0.1, factor=0.5),
            "Group: both a learning rate, 0.1, and a factor, 0.5, of the optimizer's. Give one",
        ),
        (lambda: optim.Group({}, -0.1), r"Group: learning_rate -0\.1\. It must be 0 or more"),
        (lambda: optim.Group({}, factor=0.0), r"Group: factor 0\.0\. It must be above 0"),
        (lambda: optim.Group({}, l2=-1.0), r"Group: l2 -1\.0\. It must be 0 or more"),
        (
            lambda: made(lambda p: optim.Group(lambda path, w: False, 0.1)),
            r"SGD: groups\[0\] has none of the parameters. There are: w, b",
        ),
        (
            lambda: made(lambda p: optim.Group(p, 0.1), lambda p: optim.Group(p, 0.2)),
            r"SGD: 'w' is in groups\[0\] and in groups\[1\]. Each parameter has one learning rate",
        ),
        (
            lambda: made(lambda p: optim.Group(p, 0.1), names=("w",)),
            r"SGD: groups\[0\] has b, which the optimizer was not given: it would not be trained",
        ),
        (
            lambda: made(lambda p: optim.Group("w", 0.1)),
            r"SGD: groups\[0\] is of 'w', a str. Give a module, variables by name, or a function",
        ),
        (lambda: made(0.1), r"SGD: groups\[0\] is 0.1. It is a group: pellucid.optim.Group\(mo"),
        (
            lambda: optim.SGD({"w": pc.Parameter([1.0])}, groups={}),
            r"SGD: groups is a dict. It is a list: groups=\[Group\(...\)\]",
        ),
        (lambda: optim.layerwise_rates(network(), 1.0), "layerwise_rates: factor 1.0. It lies"),
        (
            lambda: optim.layerwise_rates(network()[2], 0.5),
            "layerwise_rates: 0 layers with parameters in Linear. At least two can differ",
        ),
    ],
    ids=range(13),
)
def test_what_has_no_meaning_is_refused(make, message):
    with pytest.raises(OptionError, match=message):
        make()
