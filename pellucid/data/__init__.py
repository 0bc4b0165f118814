"""Data to learn from: checked when they enter, shuffled and split the same way every time.

Data sets      Dataset, Form, from_arrays, digits, mnist, download_mnist, cats
IDX files      idx_set, download_idx_set, IDX_SETS, idx_folder, read_idx
By formula     flower, moons, spirals, circles, xor, parity, sine; SYNTHETIC lists them
Pictures       image_folder, ImageFolder; image_parts, ImageParts; read_picture, read_digit,
               read_ink; picture_set: decoded batch by batch
From files     mapped_set; write_shards, sharded_set, check_shards
Text           read_text, text_parts, text_windows, TextParts, Vocabulary
Parts          folds, split, split_fractions, SplitReport
Sequences      from_sequences: of unequal lengths
Batches        permutation, batches, batch_matrix; ClassBalanced, ByLength
"""

from typing import TYPE_CHECKING

from pellucid.data.batches import (
    batch_matrix as batch_matrix,
    batches as batches,
    permutation as permutation,
)
from pellucid.data.building import from_arrays as from_arrays
from pellucid.data.cats import cats as cats
from pellucid.data.datasets import (
    Dataset as Dataset,
    Form as Form,
)
from pellucid.data.digits import digits as digits
from pellucid.data.idx import read_idx as read_idx
from pellucid.data.mnist import (
    download_mnist as download_mnist,
    mnist as mnist,
)
from pellucid.on_use import on_use

if TYPE_CHECKING:  # and loaded when first asked for: see the end
    from pellucid.data.folding import folds as folds
    from pellucid.data.folders import (
        ImageFolder as ImageFolder,
        ImageParts as ImageParts,
        image_folder as image_folder,
        image_parts as image_parts,
        read_picture as read_picture,
    )
    from pellucid.data.idx_loading import (
        download_idx_set as download_idx_set,
        idx_folder as idx_folder,
        idx_set as idx_set,
    )
    from pellucid.data.idx_sets import IDX_SETS as IDX_SETS
    from pellucid.data.images import (
        read_digit as read_digit,
        read_ink as read_ink,
    )
    from pellucid.data.mapped import mapped_set as mapped_set
    from pellucid.data.picture_sets import picture_set as picture_set
    from pellucid.data.sampling import (
        ByLength as ByLength,
        ClassBalanced as ClassBalanced,
        Sampling as Sampling,
    )
    from pellucid.data.sequences import from_sequences as from_sequences
    from pellucid.data.shards import (
        check_shards as check_shards,
        sharded_set as sharded_set,
        write_shards as write_shards,
    )
    from pellucid.data.splits import (
        SplitReport as SplitReport,
        split as split,
        split_fractions as split_fractions,
    )
    from pellucid.data.synthetic import (
        SYNTHETIC as SYNTHETIC,
        Synthetic as Synthetic,
        circles as circles,
        flower as flower,
        moons as moons,
        parity as parity,
        sine as sine,
        spirals as spirals,
        xor as xor,
    )
    from pellucid.data.text import (
        TextParts as TextParts,
        Vocabulary as Vocabulary,
        read_text as read_text,
        text_parts as text_parts,
        text_windows as text_windows,
    )


if not TYPE_CHECKING:
    __getattr__, __dir__ = on_use(__name__)
