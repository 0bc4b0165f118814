"""More pictures out of few, if their labels stay right.

Question: Which changes of a picture make more of it to learn from, and which spoil its label?
Do: Change a picture in all ways that the library has, and look at it. Then train a network on a few
    neat digits three times: as they are, with changes that leave a digit what it is, and with
    pictures mirrored and turned upside down. Judge it by digits that are written less neatly.
See: Small shifts, turns and changes of size make new pictures of the same digit, and the network
    does better on digits that are moved and turned. Upside down a 6 is a 9: the network is taught
    what is wrong, and does worse.
Learn: An augmentation is a claim about the world: that the label does not change. It holds for a
    mirrored cat and not for a mirrored digit. Only training samples are changed, never those that
    are judged by.
Source: Shorten and Khoshgoftaar 2019, "A survey on image data augmentation for deep learning",
    Journal of Big Data 6:60, on the safety of augmentations.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid import nn
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Folder, Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

ARMS = ("plain", "safe", "mirrored")


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    samples: Annotated[int, Integers(50, 1500), "samples", "digits to learn from"] = 100
    degrees: Annotated[float, Uniform(0.0, 180.0), "degrees", "largest turn"] = 15.0
    move: Annotated[float, Uniform(0.0, 0.5), "", "largest shift, as a share of the side"] = 0.1
    hidden: Annotated[int, Integers(1, 500), "units", "width of the hidden layer"] = 100
    learning_rate: Annotated[float, Uniform(0.0, 1.0), "", "step of Adam"] = 0.005
    epochs: Annotated[int, Integers(1, 500), "epochs", "length of the training"] = 60
    data_dir: Folder = None
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """A picture changed in every way, the strongest of eight draws, and the three accuracies."""
    shown = picture(settings)
    series: dict[str, Any] = {"picture_original": shown[0]}
    for name, change in changes(settings).items():
        drawn = change(pc.tensor(np.repeat(shown, 8, axis=0))).numpy()
        same = drawn.shape[1:] == shown.shape[1:]
        strongest = ((drawn - shown) ** 2.0).sum(axis=(1, 2, 3)).argmax() if same else 0
        series[f"picture_{name}"] = drawn[strongest]
    for arm in ARMS:
        series[f"accuracy_{arm}"] = np.array(accuracy(settings, arm))
    return series


def picture(settings: Settings) -> Any:
    """A cat, where a folder with cats is given, else the first 6 of the digits: (1, c, h, w)."""
    if settings.data_dir is None:
        digits = pc.data.digits()
        return digits.features[digits.labels == 6][:1].reshape(
            1,
            1,
            8,
            8,
        )
    cats, _ = pc.data.cats(settings.data_dir)
    return cats.features[cats.labels == 1][:1]


def changes(settings: Settings) -> dict[str, Any]:
    """All ways of changing a picture, each with an amount that can be seen."""
    rng = pc.Generator(settings.seed)
    shorter = 6 if settings.data_dir is None else 40
    affine = pc.augment.RandomAffine
    augment = pc.augment
    return {
        "cropped": augment.RandomCrop(shorter, rng=rng),
        "turned": affine(degrees=45.0, rng=rng),
        "moved": affine(translate=0.2, rng=rng),
        "scaled": affine(scale=(0.6, 0.7), rng=rng),
        "sheared": affine(shear=30.0, rng=rng),
        "contrast": augment.Contrast(0.9, (0.0, 1.0), rng=rng),
        "noise": augment.GaussianNoise(0.15, rng=rng),
        "cut_out": augment.Cutout(shorter // 2, rng=rng),
        "mirrored": augment.RandomHorizontalFlip(1.0, rng=rng),
        "upside_down": augment.RandomVerticalFlip(1.0, rng=rng),
    }


def accuracy(settings: Settings, arm: str) -> float:
    """On new digits, moved and turned, of a network that learned from a few neat ones."""
    rng = pc.Generator(settings.seed)
    few, others = samples(settings)
    safe = pc.augment.RandomAffine(
        settings.degrees,
        settings.move,
        (0.9, 1.1),
        rng=rng,
    )
    flips = [pc.augment.RandomHorizontalFlip(rng=rng), pc.augment.RandomVerticalFlip(rng=rng)]
    arms: dict[str, list[nn.Module]] = {"plain": [], "safe": [safe], "mirrored": [*flips]}
    dense = [nn.Linear(64, settings.hidden, rng=rng), nn.ReLU()]
    model = nn.Sequential(
        *arms[arm],
        nn.Flatten(),
        *dense,
        nn.Linear(settings.hidden, 10, rng=rng),
    )
    optimizer = pc.optim.Adam(model.parameters(), settings.learning_rate)
    options = pc.train.Options(batch_size=50, seed=settings.seed)
    loss = pc.functional.cross_entropy
    trainer = pc.train.Trainer(
        model,
        loss,
        optimizer,
        few,
        options=options,
    )
    trainer.fit(settings.epochs, show=False)
    return trainer.evaluate(others)["accuracy"]


def samples(settings: Settings) -> tuple[pc.data.Dataset, pc.data.Dataset]:
    """A few digits as they are; the others moved and turned, as people write them."""
    digits = pc.data.digits()
    pictures = pc.data.from_arrays(digits.features.reshape(-1, 1, 8, 8), digits.labels)
    share = settings.samples / len(digits)
    (few, others), _ = pc.data.split(pictures, (share, 1.0 - share), seed=settings.seed)
    untidy = pc.augment.RandomAffine(15.0, 0.1, rng=pc.Generator(settings.seed + 1))
    return few, replace(others, features=untidy(pc.tensor(others.features)).numpy())


def figure(series: Series) -> Any:
    """The pictures above, the accuracies below."""
    drawn, axes = panels(3, 6, height=1.6)
    names = names_of_pictures()
    for panel, (name, title) in zip(axes, names.items(), strict=False):
        shown = series[f"picture_{name}"].transpose(1, 2, 0)
        panel.imshow(shown, cmap="gray", vmin=0.0, vmax=1.0)
        panel.set_title(title, fontsize=9)
    for panel in axes[:12]:
        panel.set_axis_off()
    for panel in axes[12:]:
        panel.remove()
    bars = drawn.add_subplot(axes[0].get_gridspec()[2, :])
    draw_accuracies(bars, series)
    return drawn


def draw_accuracies(axes: Any, series: Series) -> None:
    """An accuracy for each way to augment."""
    arms = (said("as they are"), said("moved and turned"), said("mirrored, upside down"))
    heights = [float(series[f"accuracy_{arm}"]) for arm in ARMS]
    shown_bars = axes.barh(
        arms,
        heights,
        color=["C0", "C2", "C1"],
        height=0.6,
    )
    axes.bar_label(shown_bars, fmt="%.2f", padding=3)
    axes.set(xlabel=said("accuracy on digits written less neatly"), xlim=(0.0, 1.0))
    axes.invert_yaxis()


def names_of_pictures() -> dict[str, str]:
    """What is written above the pictures."""
    return {
        "original": said("original"),
        "cropped": said("cropped"),
        "turned": said("turned"),
        "moved": said("moved"),
        "scaled": said("scaled"),
        "sheared": said("sheared"),
        "contrast": said("contrast"),
        "noise": said("noise"),
        "cut_out": said("cut out"),
        "mirrored": said("mirrored"),
        "upside_down": said("upside down"),
    }


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Safe changes help, changes that spoil the label harm."""
    runs = repeated(run, settings, seeds)
    gains = [float(found["accuracy_safe"] - found["accuracy_plain"]) for found in runs]
    losses = [float(found["accuracy_plain"] - found["accuracy_mirrored"]) for found in runs]
    return (
        at_least("accuracy that safe changes add", min(gains), 0.04),
        at_least("accuracy that mirrored digits cost", min(losses), 0.04),
    )
