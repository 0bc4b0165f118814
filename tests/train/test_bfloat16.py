"""Training in bfloat16: as good as in float32, resumed to the bit, and told wherever it counts."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from executors.native.emulated_tiles import on_tiles
from train.conftest import StopAt, blobs, make_trainer

import pellucid as pc
from pellucid import nn
from pellucid.data import digits, split
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy
from pellucid.optim import Adam
from pellucid.random import Generator
from pellucid.train import Options, Saving, Trainer, evaluate

pytestmark = pytest.mark.filterwarnings("ignore:lint")


def folder(path: Path) -> Saving:
    return Saving(path, report=False)


def weights(trainer: Trainer) -> dict[str, Any]:
    return {name: np.array(x) for name, x in trainer.model.state_dict().items()}


def test_digits_are_learned_as_well_as_in_float32() -> None:
    found = {}
    (train, test), _ = split(digits(), (0.8, 0.2), seed=0)
    for precision in ("float32", "bfloat16"):
        rng = Generator(0)
        model = nn.Sequential(nn.Linear(64, 32, rng=rng), nn.ReLU(), nn.Linear(32, 10, rng=rng))
        options = Options(batch_size=32, precision=precision, keep="last")
        optimizer = Adam(model.parameters(), 0.01)
        trainer = Trainer(model, cross_entropy, optimizer, train, None, options)
        trainer.fit(15, show=False)
        found[precision] = trainer.evaluate(test)["accuracy"]
    assert found["float32"] > 0.95
    assert abs(found["bfloat16"] - found["float32"]) <= 0.01


def test_a_run_that_was_interrupted_goes_on_to_the_bit(tmp_path: Path) -> None:
    whole = make_trainer(precision="bfloat16")
    whole.fit(3, show=False)
    cut = make_trainer(precision="bfloat16", saving=folder(tmp_path), callbacks=(StopAt(7),))
    cut.fit(3, show=False)
    again = make_trainer(precision="bfloat16", saving=folder(tmp_path))
    again.resume()
    again.fit(3, show=False)
    for name, array in weights(whole).items():
        np.testing.assert_array_equal(array, weights(again)[name])


def test_a_run_does_not_go_on_in_another_precision(tmp_path: Path) -> None:
    make_trainer(precision="bfloat16", saving=folder(tmp_path)).fit(1, show=False)
    other = make_trainer(saving=folder(tmp_path))
    with pytest.raises(OptionError, match="precision is None here; the run has 'bfloat16'"):
        other.resume()


def begun(path: Path, executor: str) -> None:
    given: Any = {"precision": "bfloat16", "executor": executor, "saving": folder(path)}
    make_trainer(**given, callbacks=(StopAt(7),)).fit(3, show=False)


def test_a_run_goes_on_where_products_have_another_order_and_says_so(tmp_path: Path) -> None:
    run = folder(tmp_path / "run")
    given: Any = {"precision": "bfloat16", "executor": "native", "saving": run}
    with on_tiles(tmp_path / "cache"):
        begun(tmp_path / "run", "native")
        same = make_trainer(**given)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            same.resume()
    again = make_trainer(**given)
    with pytest.warns(UserWarning, match="products of bfloat16 are summed in another order"):
        again.resume()
    again.fit(3, show=False)
    assert np.isfinite(weights(again)["hidden.weight"]).all()


def test_an_exact_run_goes_on_to_the_same_bits_on_every_cpu(tmp_path: Path) -> None:
    given: Any = {"precision": "bfloat16", "executor": "native-exact"}
    whole = make_trainer(**given)
    whole.fit(3, show=False)
    with on_tiles(tmp_path / "cache"):
        begun(tmp_path / "run", "native-exact")
    again = make_trainer(**given, saving=folder(tmp_path / "run"))
    again.resume()
    again.fit(3, show=False)
    for name, array in weights(whole).items():
        np.testing.assert_array_equal(array, weights(again)[name])


def test_master_weights_are_no_bfloat16() -> None:
    trainer = make_trainer(precision="bfloat16")
    trainer.fit(1, show=False)
    bits = weights(trainer)["hidden.weight"].view(np.uint32)
    assert (bits & 0xFFFF).any()


def test_what_is_measured_and_predicted_is_in_the_precision_of_training(tmp_path: Path) -> None:
    trainer = make_trainer(precision="bfloat16", saving=folder(tmp_path))
    trainer.fit(1, show=False)
    data = blobs(30, seed=1)
    found = trainer.evaluate(data)
    given = trainer.model, cross_entropy, data
    assert found == evaluate(*given, executor="reference", precision="bfloat16")
    assert found != evaluate(*given, executor="reference")
    program = trainer.model.predictor("reference", "bfloat16")
    in_float32 = trainer.model.predictor("reference")(data.features).numpy()
    assert (program(data.features).numpy() != in_float32).any()
    # Opened without its class, a run answers by its graph, which has the rounding in it.
    loaded = pc.load(tmp_path).predict(data.features).numpy()
    np.testing.assert_allclose(loaded, program(data.features).numpy(), rtol=1e-5, atol=1e-6)


def test_an_unknown_precision_is_refused_at_once() -> None:
    with pytest.raises(OptionError, match="precision is 'half'"):
        Options(precision="half")
