"""A run whose convolutions have fewer multiplications goes on to the bit, and in no other way."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import StopAt, assert_same_bits, weights

from pellucid import nn
from pellucid.data import Dataset, from_arrays
from pellucid.errors import OptionError
from pellucid.executors import threads
from pellucid.functional import cross_entropy
from pellucid.optim import Adam
from pellucid.random import Generator
from pellucid.train import Options, Saving, Trainer
from pellucid.windows import Window

pytestmark = pytest.mark.filterwarnings("ignore:lint")
STEPS = 12  # of two epochs


@pytest.fixture(autouse=True)
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("pellucid.train.stepping.pace.TARGET_SECONDS", 0.0)
    count = threads._Choice.count
    yield
    threads._Choice.count = count


def pictures() -> Dataset:
    numbers = np.random.default_rng(0)
    labels = np.arange(48) % 3
    images = numbers.normal(size=(48, 16, 12, 12)) + labels[:, None, None, None]
    return from_arrays(images.astype(np.float32), labels, name="pictures", classes=3)


def trainer(folder: Path | None = None, *callbacks: Any, executor: str = "native") -> Trainer:
    rng = Generator(0)
    model = nn.Sequential(
        nn.Conv2d(16, 16, Window(3, padding=1), rng=rng),
        nn.ReLU(),
        nn.Conv2d(16, 16, Window(3, padding=1), rng=rng),
        nn.GlobalAvgPool2d(),
        nn.Dropout(0.2, rng=rng),
        nn.Linear(16, 3, rng=rng),
    )
    saving = None if folder is None else Saving(folder, report=False)
    options = Options(
        batch_size=8, seed=3, executor=executor, keep="last", saving=saving, callbacks=callbacks
    )
    return Trainer(model, cross_entropy, Adam(model.parameters(), 0.01), pictures(), None, options)


def trained(on: int, made: Trainer) -> Trainer:
    """After two epochs on so many threads."""
    threads.set_threads(on)
    made.fit(2, show=False)
    return made


@pytest.mark.parametrize("seed", range(2))
def test_a_run_that_was_stopped_anywhere_goes_on_to_the_bit_on_other_threads(
    tmp_path: Path, seed: int
) -> None:
    numbers = np.random.default_rng(seed)
    step = int(numbers.integers(1, STEPS))
    first, other = (int(n) for n in numbers.permutation([1, 2, 3, 4])[:2])
    whole = trained(1, trainer())
    assert whole.position.step == STEPS
    trained(first, trainer(tmp_path, StopAt(step)))
    again = trainer(tmp_path)
    again.resume()
    assert again.position.step == step
    assert_same_bits(weights(whole), weights(trained(other, again)))
    direct = trained(1, trainer(executor="native-exact"))
    assert any((array != weights(direct)[name]).any() for name, array in weights(whole).items()), (
        "the convolutions are too small to have fewer multiplications"
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("native", "native-exact", "executor is 'native-exact' here; the run has None"),
        ("native-exact", "native", "executor is None here; the run has 'native-exact'"),
    ],
)
def test_a_run_does_not_go_on_with_the_other_kind_of_convolutions(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    trainer(tmp_path, StopAt(1), executor=before).fit(1, show=False)
    with pytest.raises(OptionError, match=said):
        trainer(tmp_path, executor=after).resume()
