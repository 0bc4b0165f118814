"""What is left of a model beside its graph: noted, written, and read again."""

import json

import pellucid as pc
from pellucid import nn
from pellucid.functional import cross_entropy
from pellucid.train.run_files.model_description import About


def model():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm(4), nn.Linear(4, 2))


def test_form_trainable_variables_and_layers_are_noted():
    about = About.of(model().seeded(0), cross_entropy)
    assert about.kind == "Sequential"
    assert "\n" not in about.form
    assert about.outputs == "logits"
    names = [f"{layer}.{name}" for layer in (0, 1, 2) for name in ("weight", "bias")]
    assert set(about.trainable) == set(names)
    assert [about.layers[path] for path in ("0", "1", "2")] == ["Linear", "BatchNorm", "Linear"]


def test_it_is_read_as_it_was_written():
    about = About.of(model().seeded(0), cross_entropy)
    assert About.read(json.loads(json.dumps(about.as_dict()))) == about


def test_files_of_former_versions_know_less():
    about = About.read({"form": "Net(3)", "trainable": ["w"]})
    assert about == About("Net(3)", ("w",), {}, "")


def test_a_loss_without_arguments_of_its_own_calls_outputs_nothing():
    assert About.of(nn.Linear(2, 1, rng=pc.Generator(seed=0)), lambda: 0).outputs == ""
    assert About.of(nn.Linear(2, 1, rng=pc.Generator(seed=0)), "a word").outputs == ""
