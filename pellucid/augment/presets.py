"""Sets of changes that leave labels right.

digits    small turns, moves, sizes and slants: no mirroring, as a mirrored 2 is no 2
photos    mirrored, moved, turned a little, in other light and colours
"""

from pellucid.augment.cropping import RandomCrop, RandomHorizontalFlip
from pellucid.augment.light import Brightness, ColorJitter, Contrast
from pellucid.augment.warp import RandomAffine
from pellucid.nn.sequential import Sequential
from pellucid.random import Generator
from pellucid.strict import strict


@strict
def digits(*, rng: Generator | None = None) -> Sequential:
    """For handwritten digits and letters: up to 10 degrees, far from making a 9 of a 6.

    Shapes: x (batch, channels, height, width), background 0 -> y the same.

    >>> len(digits(rng=Generator(0)))
    1
    """
    return Sequential(
        RandomAffine(
            10.0,
            translate=0.08,
            scale=(0.9, 1.1),
            shear=8.0,
            rng=rng,
        ),
    )


@strict
def photos(*, padding: int = 4, rng: Generator | None = None) -> Sequential:
    """For colour photographs of things that have no left and right: values from 0 to 1.

    Leave it out where colour or left and right are what is told apart.
    Shapes: x (batch, 3, height, width) -> y the same.

    >>> len(photos(rng=Generator(0)))
    6
    """
    limits = (0.0, 1.0)
    return Sequential(
        RandomHorizontalFlip(rng=rng),
        RandomCrop(padding=padding, fill=None, rng=rng),
        RandomAffine(8.0, scale=(0.9, 1.15), fill=None, rng=rng),
        Brightness(0.2, limits, rng=rng),
        Contrast(0.2, limits, rng=rng),
        ColorJitter(0.3, 8.0, limits, rng=rng),
    )
