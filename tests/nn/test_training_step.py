"""A whole training step, eager and compiled: the same weights, masks, statistics and bits."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn, optim
from pellucid.functional import cross_entropy, mean_squared_error

STEPS, BATCH = 6, 8


class Everything:
    """A model with every kind of state, its optimizer, and one step."""

    def __init__(self, dtype):
        rng = pc.Generator(seed=5)
        self.model = nn.Sequential(
            # Batch norm takes a bias away again: its gradient would be noise, which Adam enlarges.
            nn.Linear(6, 7, rng=rng, dtype=dtype, bias=False),
            nn.BatchNorm(7, dtype=dtype),
            nn.LeakyReLU(),
            nn.Dropout(0.3, rng=rng),
            nn.Linear(7, 5, rng=rng, dtype=dtype),
            nn.LayerNorm(5, dtype=dtype),
            nn.SiLU(),
            nn.Linear(5, 3, rng=rng, dtype=dtype, initializer=nn.init.XavierNormal()),
        )
        self.optimizer = optim.AdamW(
            self.model.parameters(),
            optim.WarmUp(3, optim.CosineDecay(0.05, 10)),
            l2=0.01,
            clip=optim.ByGlobalNorm(0.5),
        )

    def step(self, x, t):
        loss = cross_entropy(self.model(x), t, label_smoothing=0.1)
        self.optimizer.minimize(loss)
        return loss

    def state(self):
        return self.model.state_dict() | self.optimizer.state_dict()


def batches(dtype):
    draw = np.random.default_rng(0)
    x = draw.normal(size=(STEPS, BATCH, 6)).astype(dtype)
    return x, draw.integers(0, 3, (STEPS, BATCH))


def trained(dtype, way):
    parts = Everything(dtype)
    x, t = batches(dtype)
    if way.startswith("loop"):
        losses = pc.compile(parts.step, executor=way.split()[1]).loop(x, t).numpy()
    else:
        step = parts.step if way == "eager" else pc.compile(parts.step, executor=way)
        losses = np.array([step(x[i], t[i]).item() for i in range(STEPS)])
    return losses, parts.state()


WAYS = ["reference", "native", "loop reference", "loop native"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 2e-4)])
def test_every_way_of_running_it_learns_the_same(dtype, tolerance, way):
    losses, state = trained(dtype, "eager")
    found_losses, found = trained(dtype, way)
    np.testing.assert_allclose(found_losses, losses, rtol=tolerance)
    assert list(found) == list(state)
    for name, expected in state.items():
        np.testing.assert_allclose(found[name], expected, rtol=0, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("way", ["eager", *WAYS])
def test_the_same_seed_gives_the_same_bits(way):
    first, second = trained("float32", way), trained("float32", way)
    assert first[0].tobytes() == second[0].tobytes()
    assert all(first[1][name].tobytes() == second[1][name].tobytes() for name in first[1])


@pytest.mark.parametrize("way", ["eager", "reference", "native"])
def test_resuming_in_the_middle_gives_the_same_bits(way):
    x, t = batches("float32")
    _, expected = trained("float32", way)
    before, after = Everything("float32"), Everything("float32")
    for parts, steps in ((before, range(3)), (after, range(3, STEPS))):
        if parts is after:
            after.model.load_state_dict(before.model.state_dict())
            after.optimizer.load_state_dict(before.optimizer.state_dict())
        step = parts.step if way == "eager" else pc.compile(parts.step, executor=way)
        for i in steps:
            step(x[i], t[i])
    found = after.state()
    assert all(found[name].tobytes() == expected[name].tobytes() for name in expected)


def test_a_network_learns_what_one_line_cannot_divide():
    rng = pc.Generator(seed=2)
    model = nn.Sequential(nn.Linear(2, 8, rng=rng), nn.Tanh(), nn.Linear(8, 1, rng=rng))
    optimizer = optim.Adam(model.parameters(), 0.05)
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    xor = np.array([[0], [1], [1], [0]], np.float32)

    @pc.compile
    def step(x, t):
        loss = mean_squared_error(model(x), t)
        optimizer.minimize(loss)
        return loss

    for _ in range(300):
        loss = step(x, xor)
    assert loss.item() < 1e-3
    assert (model(x).numpy().round() == xor).all()
