"""Data to learn from: checked when they enter, shuffled and split the same way every time.

Data sets      Dataset, Form, from_arrays, digits, mnist, download_mnist, cats
IDX files      idx_set, download_idx_set, IDX_SETS, idx_folder, read_idx
By formula     flower, moons, spirals, circles, xor, parity, sine; SYNTHETIC lists them
Pictures       image_folder, ImageFolder; image_parts, ImageParts; read_picture, read_digit,
               read_ink
Text           read_text, text_parts, text_windows, TextParts, Vocabulary
Parts          split, split_fractions, SplitReport
Batches        permutation, batches, batch_matrix
"""

from typing import TYPE_CHECKING

from pellucid.data.batches import batch_matrix, batches, permutation
from pellucid.data.cats import cats
from pellucid.data.datasets import Dataset, Form, from_arrays
from pellucid.data.digits import digits
from pellucid.data.idx import read_idx
from pellucid.data.mnist import download_mnist, mnist
from pellucid.on_use import on_use

if TYPE_CHECKING:  # and loaded when first asked for: see the end
    from pellucid.data.folders import (
        ImageFolder,
        ImageParts,
        image_folder,
        image_parts,
        read_picture,
    )
    from pellucid.data.idx_loading import download_idx_set, idx_folder, idx_set
    from pellucid.data.idx_sets import IDX_SETS
    from pellucid.data.images import read_digit, read_ink
    from pellucid.data.splits import SplitReport, split, split_fractions
    from pellucid.data.synthetic import (
        SYNTHETIC,
        Synthetic,
        circles,
        flower,
        moons,
        parity,
        sine,
        spirals,
        xor,
    )
    from pellucid.data.text import TextParts, Vocabulary, read_text, text_parts, text_windows

__all__ = [
    "IDX_SETS",
    "SYNTHETIC",
    "Dataset",
    "Form",
    "ImageFolder",
    "ImageParts",
    "SplitReport",
    "Synthetic",
    "TextParts",
    "Vocabulary",
    "batch_matrix",
    "batches",
    "cats",
    "circles",
    "digits",
    "download_idx_set",
    "download_mnist",
    "flower",
    "from_arrays",
    "idx_folder",
    "idx_set",
    "image_folder",
    "image_parts",
    "mnist",
    "moons",
    "parity",
    "permutation",
    "read_digit",
    "read_idx",
    "read_ink",
    "read_picture",
    "read_text",
    "sine",
    "spirals",
    "split",
    "split_fractions",
    "text_parts",
    "text_windows",
    "xor",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_use(
        __name__,
        __all__,
        ("folders", "idx_loading", "idx_sets", "images", "splits", "synthetic", "text"),
    )
