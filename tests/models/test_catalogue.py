from dataclasses import fields

import numpy as np
import pytest

from pellucid import nn
from pellucid.data import Form
from pellucid.errors import OptionError, ShapeError
from pellucid.models import (
    MODELS,
)
from pellucid.random import Generator


def rng(seed: int = 0) -> Generator:
    return Generator(seed)


# ---- the list ----------------------------------------------------------------------------

IMAGE, ROW, TEXT = Form((1, 8, 8), 5), Form((64,), 5), Form((7,), 5, (7,), 5)
CLASSIFIERS = [name for name, kind in MODELS.items() if not kind.misfit(IMAGE)]


def build(name: str, form: Form, seed: int = 0) -> nn.Module:
    kind = MODELS[name]
    return kind.built(form, kind.options(), rng(seed))


@pytest.mark.parametrize("name", list(MODELS))
def test_every_model_is_built_by_name_and_gives_one_score_per_class(name: str) -> None:
    form = TEXT if MODELS[name].misfit(IMAGE) else IMAGE
    samples = np.zeros((3, *form.shape), np.int64 if form.vocabulary else np.float32)
    assert build(name, form)(samples).shape == (3, *form.target_shape, 5)
    assert MODELS[name].summary.endswith(".")


@pytest.mark.parametrize("name", [name for name in CLASSIFIERS if not MODELS[name].misfit(ROW)])
def test_models_of_rows_take_images_and_flatten_them(name: str) -> None:
    model = build(name, IMAGE)
    images = np.random.default_rng(0).normal(size=(3, 1, 8, 8)).astype(np.float32)
    np.testing.assert_array_equal(model(images).numpy(), model(images.reshape(3, 64)).numpy())


@pytest.mark.parametrize("name", [name for name in CLASSIFIERS if not MODELS[name].misfit(ROW)])
def test_models_of_rows_refuse_other_features_naming_the_layer(name: str) -> None:
    with pytest.raises(ShapeError, match=r"(Linear|LLayer)\(64, "):
        build(name, ROW)(np.ones((3, 11), np.float32))


@pytest.mark.parametrize("name", list(MODELS))
def test_the_same_seed_builds_the_same_model(name: str) -> None:
    form = TEXT if MODELS[name].misfit(IMAGE) else IMAGE
    states = [build(name, form, 7).state_dict() for _ in range(2)]
    for key, array in states[0].items():
        np.testing.assert_array_equal(array, states[1][key])


@pytest.mark.parametrize(
    ("name", "form", "message"),
    [
        ("resnet", ROW, r"resnet takes images .*; these samples are numbers of shape \(64,\)"),
        ("mlp", TEXT, "mlp takes numbers; these samples are text"),
        ("l-layer", Form((1,), 0, (1,)), r"these targets are numbers\. Models that fit: mlp, two"),
    ],
)
def test_a_model_that_does_not_fit_the_data_is_refused_naming_those_that_do(
    name: str, form: Form, message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        build(name, form)


def test_numbers_are_predicted_with_one_output_each() -> None:
    assert build("mlp", Form((1,), 0, (2,)))(np.ones((3, 1), np.float32)).shape == (3, 2)


# ---- signals through five layers of 100 units --------------------------------------------
# The textbook's experiment: x = randn(1000, 100), then the spread of every layer's activations.


# ---- TwoLayerNet -------------------------------------------------------------------------


def test_every_option_of_every_model_is_documented() -> None:
    for kind in MODELS.values():
        for option in fields(kind.options):
            assert f"`{option.name}`: " in (kind.options.__doc__ or ""), (kind.name, option.name)
