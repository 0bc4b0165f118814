"""A model of which only the graph is left: what it can be given, its layers, its gradients."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.run_files.test_stored import TASKS, trained

import pellucid as pc
from pellucid import nn
from pellucid.errors import CallError, DTypeError, ShapeError
from pellucid.functional import cross_entropy
from pellucid.io import safetensors
from pellucid.optim import Adam
from pellucid.train import Options, Saving, Trainer

# Of what is looked at here the training set is the validation set.
pytestmark = pytest.mark.filterwarnings("ignore:lint")


def opened(what: str, folder: Path) -> Any:
    trained(what, folder)
    return pc.load(folder)


@pytest.mark.parametrize("what", TASKS)
def test_its_summary_has_the_layers_of_the_model_that_was_trained(
    what: str, tmp_path: Path
) -> None:
    trainer = trained(what, tmp_path / "run")
    shape = (1, *trainer.train.features.shape[1:])
    right, found = trainer.model.summary(shape), pc.load(tmp_path / "run").model.summary(shape)
    assert (found.parameters, found.flops, found.buffers, found.input_shapes) == (
        right.parameters,
        right.flops,
        right.buffers,
        right.input_shapes,
    )
    there = {row.path: row for row in found.rows}
    for row in right.rows:
        same = there[row.path]
        assert (same.kind, same.parameters, same.flops) == (row.kind, row.parameters, row.flops)
        assert None in (same.output, row.output) or same.output == row.output
    model = pc.load(tmp_path / "run").model
    assert str(model.summary()) == str(found)
    assert model.summary((3, *shape[1:])).rows[-1].output[0] == 3


def test_its_gradient_by_a_sample_is_that_of_the_model(tmp_path: Path) -> None:
    trainer = trained("convolutional", tmp_path / "run")
    model, x = pc.load(tmp_path / "run").model, pc.tensor(trainer.train.features[:2])
    trainer.model.inference()
    found = pc.grad(lambda x: model(x)[0, 1])(x)
    right = pc.grad(lambda x: trainer.model(x)[0, 1])(x)
    np.testing.assert_allclose(found.numpy(), right.numpy(), rtol=1e-4, atol=1e-7)


def test_no_samples_give_no_outputs(tmp_path: Path) -> None:
    run = opened("convolutional", tmp_path / "run")
    none = np.zeros((0, 1, 4, 4), np.float32)
    assert run.predict(none).shape == run.model(none).shape == (0, 2)


def test_what_is_no_batch_of_such_samples_is_told(tmp_path: Path) -> None:
    run = opened("convolutional", tmp_path / "run")
    x = np.zeros((2, 1, 4, 4), np.float32)
    for asked in (run.predict, run.model):
        with pytest.raises(ShapeError, match=r"shape \(1, 4, 4\): give \(samples, 1, 4, 4\)\. One"):
            asked(x[0])
        with pytest.raises(ShapeError, match=r"an input of shape \(2, 1, 4, 3\)\. The run learned"):
            asked(x[..., :3])
        with pytest.raises(CallError, match=r"called with 2 inputs. The run learned from 1, float"):
            asked(x, x)
    ids = opened("sequences", tmp_path / "ids")
    with pytest.raises(DTypeError, match=r"of float64, where it reads ids\. They are whole"):
        ids.predict(np.full((1, 7), 0.5))


def test_inputs_of_other_numbers_of_samples_are_told(tmp_path: Path) -> None:
    class Sum(nn.Linear):
        def forward(self, x: Any, z: Any) -> Any:  # type: ignore[override]
            return super().forward(x + z)

    x = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    data = pc.data.from_arrays(x, np.arange(20) % 2).with_inputs(x)
    model = Sum(3, 2)
    options = Options(batch_size=10, saving=Saving(tmp_path / "run", report=False))
    Trainer(model, cross_entropy, Adam(model.parameters()), data, options=options).fit(1)
    run = pc.load(tmp_path / "run")
    with pytest.raises(ShapeError, match=r"inputs of \[3, 2\] samples"):
        run.predict(x[:3], x[:2])
    with pytest.raises(CallError, match=r"learned from 2, float32 of shape \(3,\) and float32 of"):
        run.predict(x[:3])


def test_a_graph_of_a_former_version_predicts_too(tmp_path: Path) -> None:
    run = opened("numbers", tmp_path / "run")
    file = tmp_path / "run" / "graph.safetensors"
    arrays, texts = safetensors.load(file)
    text = texts["pellucid.graph"].replace('"layers"', '"l"').replace('"outputs are"', '"o"')
    safetensors.save(file, arrays, {"pellucid.graph": text})
    former, x = pc.load(tmp_path / "run"), np.ones((2, 1), np.float32)
    assert former.predict(x).tolist() == run.predict(x).tolist()
    assert former.model.summary().parameters == 2
