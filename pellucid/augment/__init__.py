"""Augmentation: random changes of training samples that leave their labels right.

Each is a module, put before a network with `nn.Sequential`, and runs inside the compiled step
on any executor. It draws anew for every sample at every step, from a counter that is saved
with the model, so that a resumed run goes on with the same pictures. In inference mode, and
so in validation and test, it returns its input.

Others change the targets as well: `Mixup` and `CutMix` mix each sample with another of its batch,
and stand beside the network, as the `mixing` of a Trainer's options.

Which changes are safe depends on the labels: turned far enough a 6 is a 9, a mirrored 2 is no
2, and a mirrored arrow points the other way. `digits` and `photos` are sets of safe ones;
`RandAugment` draws from a long list, for photographs. `predict_views` averages predictions over
changed copies of a sample.
"""

from pellucid.augment.augmentation import Augmentation
from pellucid.augment.cropping import Cutout, RandomCrop, RandomHorizontalFlip, RandomVerticalFlip
from pellucid.augment.light import Brightness, ColorJitter, Contrast, GaussianNoise
from pellucid.augment.mixing import CutMix, Mixing, Mixup
from pellucid.augment.presets import digits, photos
from pellucid.augment.rand_augment import RandAugment
from pellucid.augment.several_views import predict_views
from pellucid.augment.warp import RandomAffine, affine_warp, inverse_affine

__all__ = [
    "Augmentation",
    "Brightness",
    "ColorJitter",
    "Contrast",
    "CutMix",
    "Cutout",
    "GaussianNoise",
    "Mixing",
    "Mixup",
    "RandAugment",
    "RandomAffine",
    "RandomCrop",
    "RandomHorizontalFlip",
    "RandomVerticalFlip",
    "affine_warp",
    "digits",
    "inverse_affine",
    "photos",
    "predict_views",
]
