"""Steps from an estimate of the curvature: the formula, PyTorch's, and the length of steps."""

from collections import deque
from pathlib import Path

import numpy as np
import pytest
from train.conftest import StopAt, assert_same_bits, blobs

import pellucid as pc
from pellucid import nn, optim
from pellucid.augment import Mixup
from pellucid.data import ClassBalanced
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy
from pellucid.train import Options, Saving, Trainer

CURVATURE = np.linspace(0.1, 20.0, 12)


def starting():
    """A matrix and a vector, and the same as one vector."""
    flat = np.sin(1.0 + np.arange(12.0)) * 2.0
    return {"w": flat[:8].reshape(2, 4), "b": flat[8:]}, flat


def value(x):
    """Not a quadratic: a steep bowl in a quartic one. The value and the gradient."""
    return (CURVATURE * x**2 / 2 + x**4 / 4).sum(), CURVATURE * x + x**3


def loss_of(weights):
    parts = {"w": CURVATURE[:8].reshape(2, 4), "b": CURVATURE[8:]}
    terms = [(w * w * pc.tensor(parts[n] / 2) + w**4.0 * 0.25).sum() for n, w in weights.items()]
    return terms[0] + terms[1]


def bowl(w):
    """The square of its distance from 0."""
    return (w * w).sum()


def in_numpy(steps, *, searches, memory=10, trials=10):
    """Nocedal and Wright, algorithm 7.5, with the first and the backtracking step lengths."""
    x, pairs, last = starting()[1], deque(maxlen=memory), None
    for _ in range(steps):
        f, g = value(x)
        if last is not None:
            s, y = x - last[0], g - last[1]
            if s @ y > 1e-10 * (s @ s):
                pairs.append((s, y))
        q, alphas = -g, []
        for s, y in reversed(pairs):
            alphas.append(s @ q / (s @ y))
            q = q - alphas[-1] * y
        scale = min(1.0, 1.0 / np.abs(g).sum())
        r = q * (pairs[-1][0] @ pairs[-1][1] / (pairs[-1][1] @ pairs[-1][1]) if pairs else scale)
        for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
            r = r + s * (alpha - y @ r / (s @ y))
        lengths = [0.5**i for i in range(trials)] if searches else [1.0]
        fits = [a for a in lengths if value(x + a * r)[0] <= f + 1e-4 * a * (g @ r)]
        last = x, g
        x = x + ((fits or [0.0])[0] if searches else 1.0) * r
    return x


def walked(steps, executor, *, searches, **options):
    weights = {n: pc.Parameter(w) for n, w in starting()[0].items()}
    optimizer = optim.LBFGS(weights, **options)

    def step():
        if searches:
            optimizer.minimize_by(lambda: loss_of(weights))
        else:
            optimizer.minimize(loss_of(weights))

    run = step if executor == "eager" else pc.compile(step, executor=executor)
    for _ in range(steps):
        run()
    return np.concatenate([w.numpy().ravel() for w in weights.values()])


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize("searches", [False, True])
def test_its_updates_are_those_of_the_book(executor, searches):
    for steps in (1, 2, 5, 15, 30):
        expected = in_numpy(steps, searches=searches, memory=4, trials=6)
        found = walked(steps, executor, searches=searches, memory=4, trials=6)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_eager_updates_are_the_same():
    found = walked(5, "eager", searches=True)
    np.testing.assert_allclose(found, in_numpy(5, searches=True), rtol=0, atol=1e-10)


def test_it_arrives_where_descent_is_still_on_its_way():
    assert np.abs(walked(30, "reference", searches=True)).max() < 1e-6
    w = {n: pc.Parameter(w) for n, w in starting()[0].items()}
    descent = optim.SGD(w, 0.05)
    for _ in range(30):
        descent.minimize(loss_of(w))
    assert np.abs(w["w"].numpy()).max() > 0.1


def test_pytorch_takes_the_same_steps():
    torch = pytest.importorskip("torch")
    start = starting()[0]
    theirs = [torch.nn.Parameter(torch.tensor(w)) for w in start.values()]
    options = {"max_iter": 1, "history_size": 10, "tolerance_grad": 0, "tolerance_change": 0}
    other = torch.optim.LBFGS(theirs, lr=1, **options)
    curvature = torch.tensor(CURVATURE)

    def closure():
        other.zero_grad()
        x = torch.cat([w.flatten() for w in theirs])
        loss = (curvature * x**2 / 2 + x**4 / 4).sum()
        loss.backward()
        return loss

    for _ in range(12):
        other.step(closure)
    expected = torch.cat([w.detach().flatten() for w in theirs]).numpy()
    found = walked(12, "reference", searches=False)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_lbfgs_by_hand():
    # x^2 from 2: d = -4 / 4 without a pair; then s = -1, y = -2 tell the curvature: at once to 0.
    w = pc.Parameter(np.array([2.0]))
    optimizer = optim.LBFGS({"w": w})
    optimizer.minimize_by(lambda: bowl(w))
    assert w.value.item() == 1.0
    optimizer.minimize_by(lambda: bowl(w))
    assert w.value.item() == pytest.approx(0.0, abs=1e-15)


def test_a_step_that_would_not_fall_is_halved():
    w = pc.Parameter(np.array([1.0]))
    optimizer = optim.LBFGS({"w": w}, 4.0)
    optimizer.minimize_by(lambda: bowl(w))  # 1 - 4, then 1 - 2, as high; then 1 - 1
    assert w.value.item() == 0.0


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_at_the_bottom_it_stays(executor):
    w = pc.Parameter(np.zeros(3))
    optimizer = optim.LBFGS({"w": w})
    step = pc.compile(lambda: optimizer.minimize_by(lambda: bowl(w)), executor=executor)
    for _ in range(2):
        step()
    assert w.value.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("executor", ["eager", "native"])
def test_a_parameter_that_comes_back_has_all_pairs_forgotten(executor):
    weights = {n: pc.Parameter(w) for n, w in starting()[0].items()}
    optimizer = optim.LBFGS(weights)

    def step():
        optimizer.minimize_by(lambda: loss_of(weights))

    step = step if executor == "eager" else pc.compile(step, executor=executor)
    for frozen in (False, True, False):
        weights["b"].frozen = frozen
        before = {n: w.numpy() for n, w in weights.items()}
        for _ in range(3):
            step()
        assert (weights["b"].numpy() == before["b"]).all() == frozen
    anew = {n: pc.Parameter(w) for n, w in before.items()}
    optimizer = optim.LBFGS(anew)
    for _ in range(3):
        optimizer.minimize_by(lambda: loss_of(anew))
    for name, w in anew.items():
        np.testing.assert_allclose(weights[name].numpy(), w.numpy(), rtol=0, atol=1e-12)


def test_l2_is_part_of_the_loss_that_is_searched():
    ends = []
    for l2 in (0.0, 0.5):
        w = pc.Parameter(np.array([[3.0, -2.0]]))
        optimizer = optim.LBFGS({"w": w}, l2=l2)
        added = 0.5 if l2 == 0.0 else 0.0
        for _ in range(4):
            optimizer.minimize_by(
                lambda w=w, added=added: ((w - 1.0) ** 4.0).sum() + (w * w).sum() * (added / 2)
            )
        ends.append(w.numpy())
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-12)


def trainer_of(batch_size=60, **options):
    model = nn.Sequential(nn.Linear(4, 3, rng=pc.Generator(0)))
    usual = {"batch_size": batch_size, "executor": "reference", "keep": "last"}
    optimizer = optim.LBFGS(model.parameters())
    given = Options(**usual | options)
    return Trainer(model, cross_entropy, optimizer, blobs(60), blobs(30, seed=1), given)


def test_a_trainer_trains_with_it_and_goes_on_to_the_bit(tmp_path: Path):
    whole = trainer_of()
    losses = whole.fit(12).epochs["train_loss"]
    assert losses == sorted(losses, reverse=True)
    saving = Saving(tmp_path / "run", report=False)
    trainer_of(saving=saving, callbacks=(StopAt(5),)).fit(12)
    resumed = trainer_of(saving=saving)
    resumed.resume()
    resumed.fit(12)
    assert_same_bits(resumed.model.state_dict(), whole.model.state_dict())
    assert_same_bits(resumed.optimizer.state_dict(), whole.optimizer.state_dict())


def test_what_has_no_meaning_is_refused():
    w = {"w": pc.Parameter([[1.0]])}
    with pytest.raises(OptionError, match=r"batch_size is 20, with LBFGS, .* Give batch_size=60, "):
        trainer_of(batch_size=20)
    with pytest.raises(OptionError, match="micro_batch, with LBFGS, whose minimize_by is its own"):
        trainer_of(micro_batch=20)
    with pytest.raises(OptionError, match=r"LBFGS: weight_decay 0\.1\. It minimizes one smooth"):
        optim.LBFGS(w, weight_decay=0.1)
    with pytest.raises(OptionError, match=r"LBFGS: clip ByNorm\(limit=1\.0\)\. It minimizes"):
        optim.LBFGS(w, clip=optim.ByNorm(1.0))
    with pytest.raises(OptionError, match=r"LBFGS: memory 0\. It must be at least 1"):
        optim.LBFGS(w, memory=0)


@pytest.mark.parametrize("executor", ["eager", "reference"])
def test_a_loss_that_draws_is_another_function_each_time_and_is_refused(executor):
    net = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5))
    optimizer = optim.LBFGS(net.parameters())
    x = pc.ones((2, 4))

    def loss():
        return (net(x) ** 2.0).mean()

    def step():
        optimizer.minimize_by(loss)

    step = step if executor == "eager" else pc.compile(step, executor=executor)
    before = net.state_dict()
    with pytest.raises(OptionError, match="LBFGS: the loss draws random numbers, as dropout"):
        step()
    assert int(optimizer.steps.numpy()) == 0
    assert (net.state_dict()["0.weight"] == before["0.weight"]).all()
    net.inference()
    step()  # it draws nothing then


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            {"sampling": ClassBalanced()},
            r"sampling is ClassBalanced\(\), with LBFGS, which compares",
        ),
        ({"mixing": Mixup()}, "mixing is Mixup.*other samples than the last"),
    ],
    ids=["sampling", "mixing"],
)
def test_other_samples_at_each_step_are_refused(given, text):
    net, data = nn.Linear(4, 3), blobs(20)
    optimizer = optim.LBFGS(net.parameters())
    with pytest.raises(OptionError, match=text):
        Trainer(net, cross_entropy, optimizer, data, options=Options(20, **given))
