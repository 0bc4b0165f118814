"""Data to learn from: checked when they enter, shuffled and split the same way every time.

Data sets      Dataset, Form, from_arrays, digits, mnist, download_mnist, read_idx
Parts          split, split_fractions, SplitReport
Batches        permutation, batches, batch_matrix
One picture    read_digit
"""

from pellucid.data.batches import batch_matrix, batches, permutation
from pellucid.data.datasets import Dataset, Form, from_arrays
from pellucid.data.digits import digits
from pellucid.data.idx import read_idx
from pellucid.data.images import read_digit
from pellucid.data.mnist import download_mnist, mnist
from pellucid.data.splits import SplitReport, split, split_fractions

__all__ = [
    "Dataset",
    "Form",
    "SplitReport",
    "batch_matrix",
    "batches",
    "digits",
    "download_mnist",
    "from_arrays",
    "mnist",
    "permutation",
    "read_digit",
    "read_idx",
    "split",
    "split_fractions",
]
