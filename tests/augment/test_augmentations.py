"""Augmentations: by hand, the same on both executors, anew at each step, and only in training."""

import colorsys

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


# ---- by hand -----------------------------------------------------------------------------


def test_crops_are_parts_of_the_padded_image_and_all_places_are_drawn():
    image = np.arange(1.0, 13.0, dtype=np.float32).reshape(1, 1, 3, 4)
    batch = np.repeat(image, 300, axis=0)
    found = augment.RandomCrop((3, 3), padding=1, rng=Generator(0))(pc.tensor(batch)).numpy()
    padded = np.pad(image[0, 0], 1)
    parts = [padded[i : i + 3, j : j + 3] for i in range(3) for j in range(4)]
    seen = {next(k for k, part in enumerate(parts) if (part == one[0]).all()) for one in found}
    assert seen == set(range(12))
    edge = augment.RandomCrop((3, 3), 1, None, rng=Generator(0))(pc.tensor(batch)).numpy()
    padded = np.pad(image[0, 0], 1, mode="edge")
    parts = [padded[i : i + 3, j : j + 3] for i in range(3) for j in range(4)]
    assert all(any((part == one[0]).all() for part in parts) for one in edge)


def test_a_crop_in_inference_is_the_middle():
    crop = augment.RandomCrop((4, 4), rng=Generator(0)).inference()
    np.testing.assert_array_equal(crop(pc.tensor(IMAGES)).numpy(), IMAGES[:, :, 3:7, 2:6])


def test_flips_mirror_whole_images_as_often_as_asked():
    batch = np.repeat(IMAGES[:1], 1000, axis=0)
    for make, axis in ((augment.RandomHorizontalFlip, 2), (augment.RandomVerticalFlip, 1)):
        found = make(0.3, rng=Generator(0))(pc.tensor(batch)).numpy()
        mirrored = [(one == np.flip(IMAGES[0], axis)).all() for one in found]
        kept = [(one == IMAGES[0]).all() for one in found]
        assert all(m != k for m, k in zip(mirrored, kept, strict=True))
        assert 0.25 < np.mean(mirrored) < 0.35


def test_cutout_covers_one_square_cut_off_at_the_edge():
    ones = np.ones((500, 2, 10, 8), np.float32)
    found = augment.Cutout(4, fill=0.25, rng=Generator(0))(pc.tensor(ones)).numpy()
    covered = found[:, 0] == 0.25
    np.testing.assert_array_equal(found[:, 0], found[:, 1])
    for one in covered:
        rows, columns = one.any(axis=1), one.any(axis=0)
        np.testing.assert_array_equal(one, np.outer(rows, columns))
        assert 2 <= rows.sum() <= 4
        assert 2 <= columns.sum() <= 4
    assert covered.any(axis=0).all()
    assert max(one.sum() for one in covered) == 16


def test_brightness_and_contrast_by_their_formulas():
    x = IMAGES.astype(float)
    y = augment.Brightness(0.2, rng=Generator(1))(pc.tensor(x)).numpy()
    factors = (y / x).reshape(6, -1)
    np.testing.assert_allclose(factors, np.repeat(factors[:, :1], 240, axis=1), rtol=1e-12)
    assert ((factors > 0.8) & (factors < 1.2)).all()
    assert np.ptp(factors) > 0.05
    y = augment.Contrast(0.5, rng=Generator(1))(pc.tensor(x)).numpy()
    np.testing.assert_allclose(y.mean(axis=(1, 2, 3)), x.mean(axis=(1, 2, 3)))
    spread = y.std(axis=(1, 2, 3)) / x.std(axis=(1, 2, 3))
    assert ((spread > 0.5) & (spread < 1.5)).all()
    assert np.ptp(spread) > 0.1


def test_limits_keep_values_within():
    y = augment.Brightness(1.0, (0.1, 0.9), rng=Generator(1))(pc.tensor(IMAGES)).numpy()
    assert y.min() == np.float32(0.1)
    assert y.max() == np.float32(0.9)


def test_colours_keep_their_luminance_and_grey_stays_grey():
    luma = np.array([0.299, 0.587, 0.114])
    x = IMAGES.astype(float)
    y = augment.ColorJitter(0.5, 60.0, rng=Generator(1))(pc.tensor(x)).numpy()
    np.testing.assert_allclose(
        np.einsum("c,nchw->nhw", luma, y), np.einsum("c,nchw->nhw", luma, x), atol=1e-12
    )
    grey = np.repeat(x[:, :1], 3, axis=1)
    same = augment.ColorJitter(0.5, 60.0, rng=Generator(1))(pc.tensor(grey)).numpy()
    np.testing.assert_allclose(same, grey, atol=1e-2)  # the standard's coefficients are rounded


def test_saturation_scales_the_colour_down_and_up():
    red = np.tile(np.array([0.7, 0.4, 0.4])[:, None, None], (200, 1, 1, 1))
    y = augment.ColorJitter(0.5, 0.0, rng=Generator(1))(pc.tensor(red)).numpy()[:, :, 0, 0]
    colour = np.ptp(y, axis=1) / 0.3
    assert 0.5 <= colour.min() < 0.55
    assert 1.45 < colour.max() <= 1.5


def test_a_turn_of_hue_moves_the_hue_and_saturation_0_is_none():
    red = np.tile(np.array([0.7, 0.4, 0.4])[:, None, None], (200, 1, 1, 1))
    y = augment.ColorJitter(0.0, 40.0, rng=Generator(1))(pc.tensor(red)).numpy()[:, :, 0, 0]
    hues = np.array([colorsys.rgb_to_hsv(*one)[0] for one in y]) * 360.0
    hues = (hues + 180.0) % 360.0 - 180.0
    assert hues.min() < -20.0
    assert hues.max() > 20.0
    assert np.abs(hues).max() < 60.0


def test_noise_has_its_deviation_on_data_of_any_shape():
    x = np.zeros((100, 50))
    y = augment.GaussianNoise(0.3, rng=Generator(1))(pc.tensor(x)).numpy()
    assert y.std() == pytest.approx(0.3, rel=0.05)
    assert abs(y.mean()) < 0.02


def test_digits_are_never_mirrored_and_photos_stay_in_range():
    kinds = {type(layer) for layer in augment.digits(rng=Generator(0))}
    assert kinds == {augment.RandomAffine}
    turn = next(iter(augment.digits(rng=Generator(0))))
    assert turn.degrees <= 15.0
    y = augment.photos(rng=Generator(0))(pc.tensor(IMAGES)).numpy()
    assert y.min() >= 0.0
    assert y.max() <= 1.0


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


def test_one_number_is_the_size_of_a_crop_each_way():
    assert augment.RandomCrop(5).size == augment.RandomCrop((5, 5)).size == (5, 5)
    with pytest.raises(OptionError, match=r"RandomCrop: size \(0, 0\)"):
        augment.RandomCrop(0)
