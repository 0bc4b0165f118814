"""Mistakes of a newcomer, as they are answered now; `before` is what was said at first."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pc
from pellucid import data, functional, nn, optim, train
from pellucid.nn import init

MISTAKES = json.loads(Path(__file__).with_name("mistakes.json").read_text(encoding="utf-8"))


def known() -> dict[str, Any]:
    """What the lines of the table are about."""
    rng = pc.Generator(seed=0)
    ds = data.from_arrays(np.random.default_rng(0).normal(size=(200, 2)), np.arange(200) % 2)

    def mk() -> nn.Module:
        return nn.Sequential(nn.Linear(2, 8, rng=rng), nn.ReLU(), nn.Linear(8, 2, rng=rng))

    def fit(**options: Any) -> train.History:
        model = mk()
        trainer = train.Trainer(
            model, functional.cross_entropy, optim.Adam(model.parameters()), ds,
            options=train.Options(executor="reference", **options),
        )  # fmt: skip
        return trainer.fit(1)

    names = {"pc": pc, "np": np, "nn": nn, "init": init, "functional": functional}
    return names | {"optim": optim, "data": data, "train": train, "rng": rng, "ds": ds} | {
        "mk": mk, "fit": fit,
    }  # fmt: skip


@pytest.mark.parametrize("row", MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_answered_as_the_table_says(row: dict[str, str]) -> None:
    with pytest.raises(Exception) as told:
        exec(row["mistake"], known())
    assert f"{type(told.value).__name__}: {told.value}".startswith(row["after"])


def test_the_table_holds_sixty_mistakes_each_once() -> None:
    mistakes = [row["mistake"] for row in MISTAKES]
    assert len(mistakes) == len(set(mistakes)) >= 60
