"""What pellucid does."""

from collections.abc import Iterable
from typing import Any

import numpy as np

import pellucid as pc
from pellucid import nn, optim
from pellucid.data import from_arrays
from pellucid.functional import cross_entropy, ctc_loss, triplet_loss
from pellucid.train import EarlyStopping, Options, ReduceOnPlateau, Trainer

PACKAGE, NAME = "pellucid", "pellucid"


class Halved(optim.Schedule):
    """The schedule 1, 1/2, 1/4 and so on."""

    def rate(self, step: Any) -> Any:
        return (step * float(np.log(0.5))).exp()


class Weight(nn.Module):
    """One weight; the prediction of x is w x."""

    def __init__(self, start: float, dtype: str = "float64") -> None:
        self.w = pc.Parameter(pc.tensor([[start]], dtype))

    def forward(self, x: Any) -> Any:
        return x * self.w


def places(
    kind: Any, gradients: Iterable[float], start: float = 0.0, **options: Any
) -> list[float]:
    """Where one weight is after each update with these gradients."""
    model = Weight(start)
    optimizer = kind(model.parameters(), **options)
    found = []
    for g in gradients:
        optimizer.apply({"w": pc.tensor([[g]], "float64")})
        found.append(model.w.numpy().item())
    return found


def first_rate() -> tuple[float, ...]:
    a, b = places(optim.SGD, (1.0, 1.0), learning_rate=Halved())
    return -a, a - b


def cosine_after() -> float:
    return optim.CosineDecay(1.0, 10)(11).item()


def rate_and_momentum() -> float:
    model = Weight(0.0)
    optimizer = optim.Momentum(model.parameters(), 1.0)
    found = []
    for g, rate in ((1.0, 1.0), (0.0, 0.1)):
        optimizer.learning_rate = rate
        optimizer.apply({"w": pc.tensor([[g]], "float64")})
        found.append(model.w.numpy().item())
    return found[0] - found[1]


def rate_set_again() -> float:
    model = Weight(0.0)
    before = optim.SGD(model.parameters(), optim.Constant(0.1))
    again = optim.SGD(model.parameters(), optim.Constant(0.5))
    again.load_state_dict(before.state_dict())
    again.apply({"w": pc.tensor([[1.0]], "float64")})
    return -model.w.numpy().item()


def plateau_patience() -> int:
    (first, *_) = ReduceOnPlateau(patience=2).over([1.0] * 20)
    return first - 1


def plateau_gain() -> tuple[bool, ...]:
    rule = ReduceOnPlateau(patience=1)
    return tuple(rule.over([1000.0, 1000.0 - by]) == [] for by in (0.00005, 0.05, 0.15))


def plateau_cooldown() -> int:
    one, other, *_ = ReduceOnPlateau(patience=1, cooldown=2).over([1.0] * 20)
    return other - one


def decay_in_momentum() -> float:
    options = {"learning_rate": 1.0, "momentum": 0.9, "weight_decay": 0.1}
    return places(optim.Momentum, (0.0, 0.0), 1.0, **options)[-1]


def adamw_decay() -> float:
    return 1.0 - places(optim.AdamW, [0.0], 1.0, learning_rate=1.0)[0]


def adam_epsilon() -> float:
    return -places(optim.Adam, [1e-8], learning_rate=1.0, eps=1e-8)[0]


def rmsprop_epsilon() -> float:
    return -places(optim.RMSProp, [1e-8], learning_rate=1.0, rho=0.9, eps=1e-8)[0]


def adagrad_start() -> float:
    return -places(optim.AdaGrad, [1.0], learning_rate=1.0)[0]


def clip_norm() -> float:
    clip = optim.ByGlobalNorm(1e-6)
    return -places(optim.SGD, [2e-6], learning_rate=1.0, clip=clip)[0] / 1e-6


def muon_scale() -> float:
    g = np.random.default_rng(0).standard_normal((16, 64))
    steps = []
    for each in (g, g.T):
        w = pc.Parameter(pc.zeros(each.shape, dtype="float64"))
        muon = optim.Muon({"w": w}, 1.0, to=optim.every)
        muon.apply({"w": pc.tensor(each)})
        steps.append(float(np.linalg.norm(w.numpy())))
    return steps[0] / steps[1]


def weighted_mean() -> float:
    scores, ids = np.zeros((2, 2)), np.array([0, 1])
    threes, ones = (cross_entropy(scores, ids, weights=np.full(2, each)) for each in (3.0, 1.0))
    return threes.item() / ones.item()


def smoothed_by_class() -> float:
    loss = cross_entropy(np.zeros((1, 2)), [0], class_weights=[1.0, 3.0], label_smoothing=0.3)
    return loss.item() / float(np.log(2.0))


def ignored_and_smoothed() -> float:
    loss = cross_entropy(
        np.zeros((2, 2)), [0, -100], label_smoothing=0.3, ignore_index=-100, reduction="sum"
    )
    return loss.item() / float(np.log(2.0))


def ctc_mean() -> float:
    mean, total = (ctc_loss(np.zeros((1, 4, 3)), [[1, 2]], reduction=r) for r in ("mean", "sum"))
    return mean.item() / total.item()


def ctc_impossible() -> float:
    return ctc_loss(np.zeros((1, 2, 3)), [[1, 1]]).item()


def triplet_distance() -> float:
    def loss(distance: float) -> float:
        return triplet_loss([[0.0]], [[distance]], [[0.0]], margin=20.0).item()

    return loss(3.0) - loss(1.0)


def samples(targets: Any) -> Any:
    """Samples of 1 with these targets."""
    return from_arrays(np.ones((len(targets), 1)), np.array(targets)[:, None], classes=0)


def product(outputs: Any, targets: Any) -> Any:
    """A loss with the targets as its slopes."""
    return (outputs * targets).mean()


def trained(
    targets: Any, validation: Any = None, *, rate: Any = 1.0, epochs: int = 1, **more: Any
) -> tuple[Trainer, float]:
    """A weight of 1 trained on samples of 1; the trainer, and the weight."""
    model = Weight(1.0, "float32")
    optimizer = optim.SGD(model.parameters(), rate, **more.pop("of_optimizer", {}))
    train = samples(targets)
    judged = None if validation is None else samples(validation)
    options = Options(lint=False, shuffle=False, metrics=(), **more)
    trainer = Trainer(model, product, optimizer, train, judged, options)
    trainer.fit(epochs, show=False)
    return trainer, model.w.numpy().item()


def rate_of_accumulated() -> tuple[float, ...]:
    found = [
        1.0 - trained([1.0] * samples, rate=Halved(), batch_size=2, micro_batch=1)[1]
        for samples in (2, 4)
    ]
    return found[0], found[1] - found[0]


def accumulated() -> float:
    return 1.0 - trained([1.0, 3.0], batch_size=2, micro_batch=1)[1]


def penalty_and_batch() -> float:
    pull = {"rules": (optim.Penalty(l2=0.1, to=optim.every),)}
    one, two = (
        1.0 - trained([0.0] * size, batch_size=size, of_optimizer=pull)[1] for size in (1, 2)
    )
    return one / two


def last_batch() -> float:
    return 1.0 - trained([1.0] * 3, batch_size=2)[1]


def loss_of_epoch() -> float:
    trainer, _ = trained([1.0, 1.0, 4.0], rate=1e-30, batch_size=2)
    return trainer.history.epochs["train_loss"][0]


def running_statistics() -> tuple[float, ...]:
    norm = nn.BatchNorm(1)
    norm(np.array([[0.0], [2.0]], np.float32))
    return tuple(float(norm.variables()[name].numpy()[0]) for name in
                 ("running_mean", "running_variance"))  # fmt: skip


def stopped_early() -> float:
    """1 where the weight is the best one, that of the first epoch, and 0 where it is the last."""
    early = EarlyStopping(patience=1)
    _, w = trained([1.0], [-1.0], rate=0.1, epochs=10, batch_size=1, early_stopping=early)
    best, last = 0.9, 0.8
    return (w - last) / (best - last)
