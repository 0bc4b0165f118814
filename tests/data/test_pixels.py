"""Pictures are bytes in memory, and the very numbers of float32 to all who look and train."""

import copy
import pickle

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.augment import Mixup
from pellucid.data import Dataset, Form, split
from pellucid.data.folding import folds, pooled
from pellucid.data.pixels import PixelDataset, scaled
from pellucid.errors import DataError
from pellucid.functional import cross_entropy
from pellucid.linter import lint
from pellucid.optim import Adam
from pellucid.train import Options, Saving, Trainer
from pellucid.train.same_run import _digest

DRAW = np.random.default_rng(0)
BYTES = DRAW.integers(0, 256, (50, 1, 6, 6)).astype(np.uint8)
LABELS = DRAW.integers(0, 3, 50)
NUMBERS = (BYTES / np.float32(255)).astype(np.float32)


def pictures() -> PixelDataset:
    return PixelDataset(BYTES.copy(), LABELS, "pictures", 3, picture=(1, 6, 6))


def as_numbers() -> Dataset:
    return Dataset(NUMBERS, LABELS, "pictures", 3, picture=(1, 6, 6))


def is_bytes(data: Dataset) -> bool:
    """Whether memory holds nothing but bytes of the pictures."""
    return data.held.dtype == np.uint8 and "features" not in vars(data)


def trained(data: Dataset, **options):
    """The bits of weights and losses after training, and measuring, on a set."""
    rng = pc.Generator(seed=0)
    layers = [nn.Conv2d(1, 4, 3, rng=rng), nn.ReLU(), nn.Flatten(), nn.Linear(64, 3, rng=rng)]
    model = nn.Sequential(*layers)
    how = Options(batch_size=16, metrics=(), **options)
    trainer = Trainer(model, cross_entropy, Adam(model.parameters()), data[:30], data[30:], how)
    trainer.fit(2, show=False)
    losses = np.array(trainer.history.steps["loss"])
    measured = np.array(trainer.history.epochs["validation_loss"])
    return [*(x.numpy() for x in model.parameters().values()), losses, measured]


def test_every_byte_is_its_255th_part_to_the_last_bit():
    every = np.arange(256, dtype=np.uint8)
    expected = every.astype(np.float32) / np.float32(255)
    np.testing.assert_array_equal(scaled(every), expected)


@pytest.mark.parametrize("executor", ["native", "native-exact", "reference"])
def test_programs_make_the_same_numbers_of_bytes(executor):
    every = np.arange(256, dtype=np.uint8)
    make = pc.compile(pictures().from_held, executor=executor)
    np.testing.assert_array_equal(make(pc.tensor(every)).numpy(), scaled(every))


@pytest.mark.parametrize(
    "options",
    [{}, {"micro_batch": 4}, {"mixing": Mixup(0.2)}, {"precision": "bfloat16"}],
    ids=["plain", "in parts", "mixed", "bfloat16"],
)
def test_training_has_the_bits_of_training_on_numbers(options):
    data = pictures()
    ours = trained(data, **options)
    for a, b in zip(ours, trained(as_numbers(), **options), strict=True):
        np.testing.assert_array_equal(a, b)
    assert is_bytes(data)


def test_a_run_that_is_saved_goes_on_and_makes_its_report_of_bytes(tmp_path):
    def trainer(data: Dataset) -> Trainer:
        rng = pc.Generator(seed=0)
        model = nn.Sequential(nn.Flatten(), nn.Linear(36, 3, rng=rng))
        options = Options(batch_size=16, saving=Saving(tmp_path / "run"))
        optimizer = Adam(model.parameters())
        return Trainer(model, cross_entropy, optimizer, data[:30], data[30:], options)

    begun = trainer(pictures())
    begun.fit(1, show=False)
    assert is_bytes(begun.train)
    assert is_bytes(begun.validation)
    assert (tmp_path / "run" / "report.html").exists()
    resumed = trainer(pictures())
    resumed.resume()
    resumed.fit(2, show=False)
    assert is_bytes(resumed.train)
    whole = trainer(pictures())
    assert _digest(whole.train) == _digest(as_numbers()[:30])


def test_all_who_look_see_numbers():
    data, known = pictures(), as_numbers()
    assert repr(data) == repr(known)
    assert data.form == Form((1, 6, 6), 3)
    sample, label = data[7]
    np.testing.assert_array_equal(sample, NUMBERS[7])
    assert label == LABELS[7]
    assert sum(1 for _ in data) == 50
    np.testing.assert_array_equal(data.rows[[3, 1]], NUMBERS[[3, 1]])
    assert is_bytes(data)
    np.testing.assert_array_equal(data.features, NUMBERS)
    assert data.features is data.inputs[0]
    with pytest.raises(ValueError, match="read-only"):
        data.features[0] = 0.0


def test_parts_and_other_forms_of_a_set_are_bytes_too():
    data = pictures()
    (train, rest), _ = split(data, (0.6, 0.4), seed=0)
    some = [
        train,
        rest,
        data[:9],
        data[data.labels == 1],
        data.with_shape(36),
        data.but({"name": "x"}),
    ]
    some += [pooled(train, rest), folds(data, 2, seed=0)[0][0], copy.deepcopy(data)]
    some += [data.with_inputs(np.arange(50)), pickle.loads(pickle.dumps(data))]
    assert [each.held.dtype for each in some] == [np.uint8] * len(some)
    assert all(map(is_bytes, some))
    np.testing.assert_array_equal(some[4].features, NUMBERS.reshape(50, 36))
    rows = np.flatnonzero(LABELS == 1)
    np.testing.assert_array_equal(some[3].features, NUMBERS[rows])
    whole = pooled(train, rest.but({"features": rest.features}))
    np.testing.assert_array_equal(whole.features[: len(train)], train.features)


def test_a_set_that_is_made_with_other_features_has_these():
    doubled = pictures().but({"features": NUMBERS * np.float32(2)})
    np.testing.assert_array_equal(doubled.features, NUMBERS * np.float32(2))
    assert doubled.held is doubled.features
    np.testing.assert_array_equal(doubled[:4].features, NUMBERS[:4] * np.float32(2))


def test_the_linter_finds_the_same():
    found = []
    for data in (pictures(), as_numbers()):
        model = nn.Sequential(nn.Flatten(), nn.Linear(36, 3, rng=pc.Generator(seed=0)))
        optimizer = Adam(model.parameters(), 100.0)
        findings = lint(model, cross_entropy, data, optimizer, test=data[:20])
        found.append([str(finding) for finding in findings])
        assert found[-1]
    assert found[0] == found[1]


def test_what_is_wrong_is_said():
    with pytest.raises(DataError, match="labels"):
        PixelDataset(BYTES, LABELS + 1, "pictures", 3)
    with pytest.raises(DataError, match="same number of samples"):
        PixelDataset(BYTES[:9], LABELS, "pictures", 3)
    with pytest.raises(DataError, match="not C-contiguous"):
        PixelDataset(BYTES[:, :, ::2], LABELS, "pictures", 3)
    with pytest.raises(DataError, match="it is empty"):
        PixelDataset(BYTES[:0], LABELS[:0], "pictures", 3)
