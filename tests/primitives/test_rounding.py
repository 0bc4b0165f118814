"""Rounding to bfloat16 gives the bits that PyTorch and ml_dtypes give, everywhere alike."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import primitives as p
from pellucid.executors import EXECUTORS

# Each bfloat16, and between it and the next: the nearest to both, and around the tie.
BETWEEN = np.array([0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF], np.uint32)
BITS = ((np.arange(2**16, dtype=np.uint32) << 16)[:, None] + BETWEEN).reshape(-1)
X = BITS.view(np.float32)
NAN = np.isnan(X)


def rounded(x):
    return pc.apply(p.RoundedToBfloat16(), x)


@pytest.fixture(scope="module")
def bits():
    return rounded(pc.tensor(X)).numpy().view(np.uint32)


def test_every_pattern_and_its_neighbours_are_those_of_pytorch(bits):
    torch = pytest.importorskip("torch")
    theirs = torch.from_numpy(X.copy()).to(torch.bfloat16).float().numpy().view(np.uint32)
    np.testing.assert_array_equal(bits[~NAN], theirs[~NAN])


def test_every_pattern_and_its_neighbours_are_those_of_ml_dtypes(bits):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    theirs = X[~NAN].astype(ml_dtypes.bfloat16).astype(np.float32).view(np.uint32)
    np.testing.assert_array_equal(bits[~NAN], theirs)


def test_nan_is_one_pattern_with_its_sign(bits):
    sign = BITS[NAN] & 0x80000000
    np.testing.assert_array_equal(bits[NAN], sign | 0x7FC00000)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_every_executor_gives_the_same_bits_of_denormals_too(bits, executor):
    found = pc.compile(rounded, executor=executor)(X).numpy().view(np.uint32)
    np.testing.assert_array_equal(found, bits)


def test_the_gradient_passes_as_if_nothing_were_rounded():
    x = np.array([1.001, -2.7, 3e37], np.float32)
    (slope,) = pc.grad(lambda x: (rounded(x) * [1.0, 2.0, 3.0]).sum(), argument=(0,))(x)
    assert slope.tolist() == [1.0, 2.0, 3.0]
