"""Runs with rates that change go on to the bit, at whatever update they were cut off."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from train.conftest import StopAt, assert_same_bits, blobs, weights

from pellucid import nn
from pellucid.functional import cross_entropy
from pellucid.optim import (
    SAM,
    AdamW,
    Chain,
    CosineRestarts,
    Group,
    LinearDecay,
    Momentum,
    layerwise_rates,
)
from pellucid.random import Generator
from pellucid.train import Frozen, GoBack, Options, ReduceOnPlateau, Saving, Trainer

EPOCHS = 4  # of five updates: four whole batches and a smaller one


def network() -> nn.Sequential:
    rng = Generator(0)
    first, second = nn.Linear(4, 8, rng=rng), nn.Linear(8, 6, rng=rng)
    body = nn.Sequential(first, nn.BatchNorm(8), nn.ReLU(), nn.Dropout(0.2, rng=rng), second)
    return nn.Sequential(body, nn.ReLU(), nn.Linear(6, 3, rng=rng))


def grouped(model: nn.Sequential) -> AdamW:
    chain = Chain([LinearDecay(0.001, 3, 0.02), CosineRestarts(0.02, 2, 2)], at=[3])
    biases = Group(lambda path, _: path.endswith("bias"), 0.005)
    last = Group({"2.weight": model.parameters()["2.weight"]}, chain, weight_decay=0.1)
    return AdamW(model.parameters(), CosineRestarts(0.01, 3, 2), groups=[biases, last])


def uphill(model: nn.Sequential) -> SAM:
    return SAM(grouped(model))


def layered(model: nn.Sequential) -> Momentum:
    return Momentum(model.parameters(), 0.05, groups=layerwise_rates(model, 0.5))


MAKERS: dict[str, Callable[[nn.Sequential], Any]] = {
    "groups": grouped,
    "by depth": layered,
    "plateau": layered,
    "frozen": grouped,
    "frozen, with marks": grouped,
    "frozen, with SAM": uphill,
}
OPTIONS: dict[str, dict[str, Any]] = {"frozen, with marks": {"not_finite": GoBack(every=3)}}
RULES: dict[str, Callable[[nn.Sequential], tuple[Any, ...]]] = {
    "plateau": lambda _: (ReduceOnPlateau(0.5, patience=1, min_delta=0.2),),
    "frozen": lambda model: (
        Frozen(model[0][:2], until=1),
        Frozen(model[0][4], until=2),
        Frozen(model[0][1], since=3),
    ),
}


def made(name: str, executor: str, *callbacks: Any, **options: Any) -> Trainer:
    model = network()
    rules = RULES.get(name.partition(",")[0], lambda _: ())(model)
    options |= OPTIONS.get(name, {}) | {"callbacks": (*rules, *callbacks)}
    usual = Options(batch_size=16, seed=3, executor=executor, keep="last", lint=False)
    given = replace(usual, **options)
    optimizer = MAKERS[name](model)
    return Trainer(model, cross_entropy, optimizer, blobs(70), blobs(30, seed=1), given)


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize("name", MAKERS)
def test_a_run_that_was_cut_off_goes_on_to_the_bit(
    name: str, executor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.train.stepping.pace.TARGET_SECONDS", 0.0)
    whole = made(name, executor)
    whole.fit(EPOCHS)
    for step in range(1, 5 * EPOCHS, 6 if executor == "native" else 2):
        saving = Saving(tmp_path / str(step), report=False, graph=False)
        made(name, executor, StopAt(step), saving=saving).fit(EPOCHS)
        again = made(name, executor, saving=saving)
        again.resume()
        assert again.position.step == step
        again.fit(EPOCHS)
        assert_same_bits(weights(whole), weights(again))
        assert whole.history.as_dict() == again.history.as_dict()
