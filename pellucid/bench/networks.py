"""Networks of images, rows and texts for the benchmarks, as descriptions that every system builds.

Conv, Norm, Dense, Dropout, Residual, LastOfLSTM, SmallGPT  layers with what each system needs
RELU, POOL, FLATTEN, MEAN               layers that are the same everywhere
NETWORKS                                by name
weights_of                              initial weights for a description, in its order
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Conv:
    """A 2-D convolution: kernels of size x size; `padding` on every side."""

    in_channels: int
    out_channels: int
    size: int = 3
    padding: int = 1
    stride: int = 1
    bias: bool = True


@dataclass(frozen=True)
class Norm:
    """Batch norm of some channels."""

    channels: int


@dataclass(frozen=True)
class Dense:
    """An affine map."""

    in_features: int
    out_features: int


@dataclass(frozen=True)
class Dropout:
    """A fraction `p` of the numbers off."""

    p: float


@dataclass(frozen=True)
class Residual:
    """relu(way(x) + way_round(x)); an empty way round is x itself."""

    way: tuple[Any, ...]
    way_round: tuple[Any, ...] = ()


@dataclass(frozen=True)
class LastOfLSTM:
    """An LSTM over (batch, time, in_features); the h that it ends with."""

    in_features: int
    hidden: int


@dataclass(frozen=True)
class SmallGPT:
    """Logits of each next character: `pellucid.models.CharTransformer`, without dropout."""

    vocabulary: int
    length: int
    features: int
    heads: int
    blocks: int

    @property
    def weights(self) -> tuple[tuple[int, ...], ...]:
        """Shapes in order: token, place, of each block W and b of six affine maps, the last W.

        Layer norms have none here: every system starts them with scale 1 and shift 0.
        """
        n = self.features
        affine = ((n, n),) * 4 + ((n, 4 * n), (4 * n, n))
        block = [shape for a, b in affine for shape in ((a, b), (b,))]
        return ((self.vocabulary, n), (self.length, n), *block * self.blocks, (n, self.vocabulary))


RELU = "relu"
POOL = "max pool of 2x2"
FLATTEN = "flatten"
MEAN = "mean of each map"


def _stage(channels: int, filters: int, paddings: tuple[int, int]) -> tuple[Any, ...]:
    first, second = paddings
    return (
        Conv(channels, filters, padding=first),
        RELU,
        Conv(filters, filters, padding=second),
        RELU,
        POOL,
    )


def _block(channels: int, filters: int, stride: int) -> Residual:
    way = (
        Conv(channels, filters, stride=stride, bias=False),
        Norm(filters),
        RELU,
        Conv(filters, filters, bias=False),
        Norm(filters),
    )
    if channels == filters:
        return Residual(way)
    narrow = Conv(
        channels,
        filters,
        size=1,
        padding=0,
        stride=stride,
        bias=False,
    )
    return Residual(way, (narrow, Norm(filters)))


NETWORKS: dict[str, tuple[Any, ...]] = {
    "simple": (
        Conv(1, 30, size=5, padding=0),
        RELU,
        POOL,
        FLATTEN,
        Dense(30 * 12 * 12, 100),
        RELU,
        Dense(100, 10),
    ),
    "deep": (
        *_stage(1, 16, (1, 1)),
        *_stage(16, 32, (1, 2)),
        *_stage(32, 64, (1, 1)),
        FLATTEN,
        Dense(64 * 4 * 4, 50),
        RELU,
        Dropout(0.5),
        Dense(50, 10),
        Dropout(0.5),
    ),
    "residual": (
        Conv(3, 16, bias=False),
        Norm(16),
        RELU,
        _block(16, 16, 1),
        _block(16, 16, 1),
        _block(16, 32, 2),
        _block(32, 32, 1),
        _block(32, 64, 2),
        _block(64, 64, 1),
        MEAN,
        Dense(64, 10),
    ),
    "lstm": (LastOfLSTM(28, 128), Dense(128, 10)),
    "gpt": (SmallGPT(64, 128, features=128, heads=4, blocks=4),),
}


def parts(layers: Sequence[Any]) -> Iterator[Any]:
    """All layers with weights, in order: of the way through, then of the way round."""
    waiting = list(layers)[::-1]
    while waiting:
        layer = waiting.pop()
        if isinstance(layer, Residual):
            waiting += [*layer.way, *layer.way_round][::-1]
        elif isinstance(layer, Conv | Norm | Dense | LastOfLSTM | SmallGPT):
            yield layer


def weights_of(layers: Sequence[Any]) -> tuple[Array, ...]:
    """Weights by He's rule and biases of 0: (out, in, size, size) or (in, out), then (out,).

    An LSTM has (in, 4 hidden), (hidden, 4 hidden) and (4 hidden,), uniform like PyTorch's; a small
    GPT has what it lists, uniform by Xavier's rule, and biases of 0.
    Batch norm has none here: every system starts it with scale 1 and shift 0.
    """
    rng = np.random.default_rng(0)
    found = []
    for layer in parts(layers):
        if isinstance(layer, Conv):
            shape: tuple[int, ...] = (layer.out_channels, layer.in_channels, *(layer.size,) * 2)
            fan_in = math.prod(shape[1:])
            out = layer.out_channels
        elif isinstance(layer, Dense):
            shape = (layer.in_features, layer.out_features)
            fan_in, out = shape
        elif isinstance(layer, LastOfLSTM):
            limit = layer.hidden**-0.5
            gates = 4 * layer.hidden
            sizes = ((layer.in_features, gates), (layer.hidden, gates), (gates,))
            found += [rng.uniform(-limit, limit, size).astype(np.float32) for size in sizes]
            continue
        elif isinstance(layer, SmallGPT):
            found += [_by_xavier(rng, shape) for shape in layer.weights]
            continue
        else:
            continue
        found.append(rng.normal(0, np.sqrt(2 / fan_in), shape).astype(np.float32))
        if isinstance(layer, Dense) or layer.bias:
            found.append(np.zeros(out, np.float32))
    return tuple(found)


def _by_xavier(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Uniform within sqrt(6 / (in + out)); biases 0."""
    limit = np.sqrt(6 / sum(shape)) if len(shape) > 1 else 0.0
    return rng.uniform(-limit, limit, shape).astype(np.float32)


def flops(layers: Sequence[Any], image: Sequence[int]) -> int:
    """Multiply-adds of one sample's forward pass, counted as two, of all but the first layer.

    The first layer's are counted by `first_flops`: it has one gradient less. That of a text looks
    characters up, and multiplies nothing.
    """
    return sum(_work(layers, image)[1:])


def first_flops(layers: Sequence[Any], image: Sequence[int]) -> int:
    """Multiply-adds of the first layer's forward pass, counted as two."""
    return _work(layers, image)[0]


def _work(layers: Sequence[Any], image: Sequence[int]) -> list[int]:
    height = image[-1]
    found = []
    for layer in layers:
        if isinstance(layer, Conv):
            height = (height + 2 * layer.padding - layer.size) // layer.stride + 1
            area = layer.in_channels * layer.out_channels * layer.size**2
            found.append(2 * height**2 * area)
        elif isinstance(layer, Dense):
            found.append(2 * layer.in_features * layer.out_features)
        elif isinstance(layer, LastOfLSTM):
            steps = image[0]
            gates = 4 * layer.hidden
            found += [2 * steps * n * gates for n in (layer.in_features, layer.hidden)]
        elif isinstance(layer, SmallGPT):
            found += [0, _work_of_gpt(layer)]
        elif isinstance(layer, Residual):
            inner = (image[0], height, height)
            found += _work(layer.way, inner) + _work(layer.way_round, inner)
            height //= layer.way[0].stride
        elif layer == POOL:
            height //= 2
    return found


def _work_of_gpt(layer: SmallGPT) -> int:
    """Of affine maps, and of scores and mixtures of all pairs of positions, masked or not."""
    n = layer.features
    time = layer.length
    block = 12 * n * n + 2 * n * time
    return 2 * time * (layer.blocks * block + n * layer.vocabulary)
