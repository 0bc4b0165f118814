"""Augmentations: by hand, the same on both executors, anew at each step, and only in training."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import augment, nn
from pellucid.data import from_arrays
from pellucid.errors import OptionError, ShapeError
from pellucid.functional import cross_entropy
from pellucid.optim import SGD
from pellucid.random import Generator
from pellucid.train import Options, Saving, Trainer

IMAGES = np.random.default_rng(0).random((6, 3, 10, 8)).astype(np.float32)

MAKERS = {
    "RandomAffine": lambda rng: augment.RandomAffine(20.0, 0.1, (0.9, 1.1), 10.0, rng=rng),
    "RandomCrop": lambda rng: augment.RandomCrop(padding=2, rng=rng),
    "RandomCrop at edges": lambda rng: augment.RandomCrop(padding=2, fill=None, rng=rng),
    "RandomHorizontalFlip": lambda rng: augment.RandomHorizontalFlip(rng=rng),
    "RandomVerticalFlip": lambda rng: augment.RandomVerticalFlip(rng=rng),
    "Cutout": lambda rng: augment.Cutout(4, rng=rng),
    "Brightness": lambda rng: augment.Brightness(rng=rng),
    "Contrast": lambda rng: augment.Contrast(rng=rng),
    "ColorJitter": lambda rng: augment.ColorJitter(rng=rng),
    "GaussianNoise": lambda rng: augment.GaussianNoise(rng=rng),
    "RandAugment": lambda rng: augment.RandAugment(rng=rng),
    "digits": lambda rng: augment.digits(rng=rng),
    "photos": lambda rng: augment.photos(rng=rng),
}


def every_kind(test):
    return pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)(test)


@every_kind
def test_the_same_seed_gives_the_same_bits_and_the_next_step_others(make):
    one, other = make(Generator(5)), make(Generator(5))
    first, second = one(pc.tensor(IMAGES)).numpy(), one(pc.tensor(IMAGES)).numpy()
    np.testing.assert_array_equal(other(pc.tensor(IMAGES)).numpy(), first)
    assert first.shape == IMAGES.shape
    assert first.dtype == np.float32
    assert (first != IMAGES).any()
    assert (first != second).any()
    state = one.state_dict()
    again = make(Generator(5))
    again.load_state_dict(state)
    np.testing.assert_array_equal(again(pc.tensor(IMAGES)).numpy(), one(pc.tensor(IMAGES)).numpy())


@every_kind
def test_inference_returns_the_very_input_and_draws_nothing(make):
    module = make(Generator(5)).inference()
    before = module.state_dict()
    x = pc.tensor(IMAGES)
    assert module(x) is x or (module(x).numpy() == IMAGES).all()
    assert all((array == before[name]).all() for name, array in module.state_dict().items())


@every_kind
def test_both_executors_draw_the_same(make):
    results = []
    for executor in ("reference", "native"):
        step = pc.compile(make(Generator(5)), executor=executor)
        results.append([step(IMAGES).numpy() for _ in range(2)])
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(other, one, atol=2e-5)
    assert (results[0][0] != results[0][1]).any()


@every_kind
def test_gradients_flow_to_the_input(make):
    module = make(Generator(5))
    x = pc.tensor(np.full_like(IMAGES, 0.5) + IMAGES * 0.1)
    slope = pc.grad(lambda x: (module(x) ** 2).sum())(x).numpy()
    assert np.isfinite(slope).all()
    assert (slope != 0.0).mean() > 0.4  # parts that move out of small images have none


def test_doubles_stay_doubles():
    for make in MAKERS.values():
        assert make(Generator(5))(pc.tensor(IMAGES.astype(float))).dtype == np.float64


# ---- in training -------------------------------------------------------------------------


class Net(nn.Module):
    """Augmented images, flat, through one layer."""

    def __init__(self):
        rng = Generator(0)
        self.augment = augment.digits(rng=rng)
        self.layer = nn.Linear(64, 3, rng=rng)

    def forward(self, x):
        return self.layer(self.augment(x).reshape(len(x), 64))


def trainer(folder=None):
    draw = np.random.default_rng(1)
    images, labels = draw.random((32, 1, 8, 8)), np.arange(32) % 3
    data = from_arrays(images, labels, name="squares", classes=3)
    model = Net()
    saving = None if folder is None else Saving(folder, report=False)
    options = Options(batch_size=16, seed=3, saving=saving)
    return Trainer(model, cross_entropy, SGD(model.parameters(), 0.1), data, data, options)


@pytest.mark.filterwarnings("ignore:lint")  # validation is the training set
def test_a_resumed_run_goes_on_with_the_same_pictures(tmp_path):
    whole, first = trainer(), trainer(tmp_path)
    whole.fit(4)
    first.fit(2)
    again = trainer(tmp_path)
    again.resume()
    again.fit(4)
    for name, array in whole.model.state_dict().items():
        np.testing.assert_array_equal(again.model.state_dict()[name], array, err_msg=name)
    assert whole.model.state_dict()["augment.0.draws"] == 8  # two steps in each of four epochs


# ---- what is refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda rng: augment.RandomCrop((0, 3), rng=rng), r"RandomCrop: size \(0, 3\)"),
        (lambda rng: augment.RandomHorizontalFlip(1.5, rng=rng), "Flip: probability 1.5.*most 1"),
        (lambda rng: augment.Cutout(0, rng=rng), "Cutout: size 0. It is the side"),
        (lambda rng: augment.Contrast(-0.1, rng=rng), "Contrast: amount -0.1"),
        (lambda rng: augment.Brightness(0.1, (1.0, 0.0), rng=rng), r"limits \(1\.0, 0\.0\)"),
        (lambda rng: augment.ColorJitter(hue=200.0, rng=rng), "hue 200.0.*at most 180"),
        (lambda rng: augment.RandAugment(0, rng=rng), "RandAugment: count 0. It is how many"),
        (lambda rng: augment.RandAugment(2, 31.0, rng=rng), "magnitude 31.0.*at most 30"),
        (lambda rng: augment.GaussianNoise(float("nan"), rng=rng), "GaussianNoise: std nan"),
    ],
)
def test_amounts_out_of_range_are_refused(make, words):
    with pytest.raises(OptionError, match=words):
        make(Generator(0))


def test_shapes_that_do_not_fit_are_refused():
    flat = pc.tensor(np.zeros((2, 64)))
    for training in (True, False):
        module = augment.digits(rng=Generator(0))
        with (
            module.mode(training=training),
            pytest.raises(ShapeError, match=r"\(2, 64\)\. It must"),
        ):
            module(flat)
    with pytest.raises(ShapeError, match="three channels"):
        augment.ColorJitter(rng=Generator(0))(pc.tensor(np.zeros((1, 1, 4, 4))))
    with pytest.raises(ShapeError, match="a part of 9 pixels from 4 with padding 1"):
        augment.RandomCrop((9, 9), 1, rng=Generator(0))(pc.tensor(np.zeros((1, 1, 4, 4))))
    small = augment.RandomCrop((9, 9), 5, rng=Generator(0)).inference()
    with pytest.raises(ShapeError, match=r"smaller than the part \(9, 9\)"):
        small(pc.tensor(np.zeros((1, 1, 4, 4))))
