"""The gradient at the worst weights nearby: the formula, eager and compiled, and in training."""

from pathlib import Path

import numpy as np
import pytest
from optimizer_loops import STEPS, force, start, surface
from train.conftest import Net, StopAt, assert_same_bits, blobs

import pellucid as pc
from pellucid import optim
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy
from pellucid.train import Options, Saving, Trainer


def quartic(weights, forces):
    """A loss whose gradient is no straight line in the weights: w^4 / 4, and a force."""
    return sum(((w**4.0) * 0.25 + w * forces[n]).sum() for n, w in weights.items())


def walked(steps, rate, rho):
    """A loop in NumPy, from the paper."""
    weights = start()
    for t in range(1, steps + 1):
        forces = {n: force(t, w.shape) for n, w in weights.items()}
        g = {n: w**3 + forces[n] for n, w in weights.items()}
        norm = np.sqrt(sum((each**2).sum() for each in g.values()))
        worst = {n: w + rho * g[n] / norm for n, w in weights.items()}
        weights = {n: w - rate * (worst[n] ** 3 + forces[n]) for n, w in weights.items()}
    return weights


@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
def test_a_hundred_updates_are_those_of_the_paper(executor):
    weights = {n: pc.Parameter(w) for n, w in start().items()}
    sam = optim.SAM(optim.SGD(weights, 0.05), rho=0.3)

    def step(forces):
        sam.minimize_by(lambda: quartic(weights, forces))

    run = step if executor == "eager" else pc.compile(step, executor=executor)
    for t in range(1, STEPS + 1):
        run({n: pc.tensor(force(t, w.shape)) for n, w in weights.items()})
    for path, w in walked(STEPS, 0.05, 0.3).items():
        np.testing.assert_allclose(weights[path].numpy(), w, rtol=0, atol=1e-10)
    assert int(sam.steps.numpy()) == STEPS


def test_sam_by_hand():
    # g = (0.6, 0.8) 10, e = rho (0.6, 0.8): of x^2 / 2 the gradient is w + e
    w = pc.Parameter(np.array([6.0, 8.0]))
    optim.SAM(optim.SGD({"w": w}, 0.1), rho=0.5).minimize_by(lambda: (w * w).sum() * 0.5)
    np.testing.assert_allclose(w.numpy(), [6.0 - 0.1 * 6.3, 8.0 - 0.1 * 8.4], rtol=1e-12)


def test_clipping_and_decay_are_of_the_second_gradient_alone():
    w = pc.Parameter(np.array([[6.0, 8.0]]))
    inner = optim.SGD({"w": w}, 0.1, clip=optim.ByNorm(1.0), weight_decay=0.5)
    optim.SAM(inner, rho=0.5).minimize_by(lambda: (w * w).sum() * 0.5)
    np.testing.assert_allclose(w.numpy(), [[5.7 - 0.06, 7.6 - 0.08]], rtol=1e-12)


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_on_level_ground_it_stays(executor):
    w = pc.Parameter(np.zeros(3))
    sam = optim.SAM(optim.SGD({"w": w}, 0.1))
    pc.compile(lambda: sam.minimize_by(lambda: surface({"w": w}, {"w": 0.0})), executor=executor)()
    assert w.value.tolist() == [0.0, 0.0, 0.0]


def test_where_the_loss_fails_at_the_worst_weights_nothing_has_changed():
    w = pc.Parameter(np.array([1.0]))
    calls = []

    def compute():
        calls.append(w.value.item())
        if len(calls) == 2:
            raise ArithmeticError
        return (w * w).sum()

    sam = optim.SAM(optim.SGD({"w": w}, 0.1))
    with pytest.raises(ArithmeticError):
        sam.minimize_by(compute)
    assert calls == pytest.approx([1.0, 1.05])
    assert (w.value.item(), int(sam.steps.numpy())) == (1.0, 0)


def trainer_of(**options):
    model = Net(dropout=0.2)
    sam = optim.SAM(optim.Adam(model.parameters(), 0.01), rho=0.1)
    usual = {"batch_size": 16, "seed": 3, "executor": "reference", "keep": "last"}
    given = Options(**usual | options)
    return Trainer(model, cross_entropy, sam, blobs(70), blobs(30, seed=1), given)


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_a_trainer_trains_with_it_and_goes_on_to_the_bit(executor, tmp_path: Path):
    whole = trainer_of(executor=executor)
    history = whole.fit(3)
    assert history.epochs["train_loss"][-1] < history.epochs["train_loss"][0]
    saving = Saving(tmp_path / "run", report=False)
    trainer_of(executor=executor, saving=saving, callbacks=(StopAt(7),)).fit(3)
    resumed = trainer_of(executor=executor, saving=saving)
    resumed.resume()
    resumed.fit(3)
    assert_same_bits(resumed.model.state_dict(), whole.model.state_dict())
    assert_same_bits(resumed.optimizer.state_dict(), whole.optimizer.state_dict())


def test_a_learning_rate_that_is_assigned_is_the_optimizers():
    sam = optim.SAM(optim.SGD({"w": pc.Parameter([1.0])}, 0.1))
    sam.learning_rate = 0.5
    assert sam.optimizer.learning_rate.value.item() == pytest.approx(0.5)
    assert list(sam.state_dict()) == ["steps", "learning_rate"]


def test_what_it_cannot_do_is_refused():
    w = {"w": pc.Parameter([1.0])}
    with pytest.raises(OptionError, match=r"SAM: minimize\(loss\)\. It needs the loss at two"):
        optim.SAM(optim.SGD(w, 0.1)).minimize(surface(w, {"w": 0.0}))
    with pytest.raises(OptionError, match=r"SAM: rho 0\.0\. It must be above 0"):
        optim.SAM(optim.SGD(w, 0.1), rho=0.0)
    with pytest.raises(OptionError, match="SAM: ScheduleFreeSGD, whose parameters are no weights"):
        optim.SAM(optim.ScheduleFreeSGD(w))
    with pytest.raises(OptionError, match="SAM: optimizer is"):
        optim.SAM(w)
