"""Wrong programs of the kinds that learners file publicly, and what mends them.

Each names where its kind was filed. `parts`: what its message says, of place, sizes, origin and
remedy. `mended`: the program with that remedy, and the shape that it gives.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import pellucid as pc
from pellucid import functional as f
from pellucid import nn


@dataclass(frozen=True)
class Wrong:
    """A model, what it is called with, and what is said."""

    name: str
    source: str
    model: Callable[[], nn.Module]
    inputs: tuple[Any, ...]
    parts: tuple[str, ...]
    mended: Callable[[], Any]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class WrongTarget:
    """A model, a loss, its targets, and what is said."""

    name: str
    source: str
    model: Callable[[], nn.Module]
    x: Any
    loss: Callable[..., Any]
    t: Any
    parts: tuple[str, ...]
    mended: Callable[[], Any]


def zeros(*shape: int) -> Any:
    """An array of zeros."""
    return np.zeros(shape, np.float32)


def ids(*shape: int) -> Any:
    """An array of ids, all 0."""
    return np.zeros(shape, np.int64)


def chained(*layers: nn.Module) -> Callable[[], nn.Module]:
    """Layers one behind the other."""
    return lambda: nn.Sequential(*layers)


class Flattening(nn.Module):
    """LeNet as in the tutorial, with `view(-1, n)` in its forward."""

    def __init__(self, features: int, rows: int = -1) -> None:
        self.features, self.rows = features, rows
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(features, 10)

    def forward(self, x: pc.Tensor) -> Any:
        """Two convolutions, then a dense layer."""
        x = self.pool(f.relu(self.conv1(x)))
        x = self.pool(f.relu(self.conv2(x)))
        return self.fc1(x.reshape(self.rows, self.features))


class Joining(nn.Module):
    """The bridge of a U-Net: what went down is joined to what came up again."""

    def __init__(self, axis: int = 1) -> None:
        self.axis = axis
        self.down = nn.Conv2d(3, 8, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ConvTranspose2d(8, 8, 2, stride=2)

    def forward(self, x: pc.Tensor) -> Any:
        """Down, up, and both."""
        left = self.down(x)
        return pc.concat([left, self.up(self.pool(left))], axis=self.axis)


class Ways(nn.Module):
    """A block that adds its input to what it makes of it."""

    def __init__(self, features: int) -> None:
        self.first = nn.Linear(10, 20)
        self.second = nn.Linear(20, features)

    def forward(self, x: pc.Tensor) -> Any:
        """Both ways."""
        h = self.first(x)
        return h + self.second(h)


class OwnWeights(nn.Module):
    """A product with a parameter of one's own."""

    def __init__(self, *shape: int) -> None:
        self.encode = nn.Linear(5, 12)
        self.w_out = pc.Parameter(pc.zeros(shape))

    def forward(self, x: pc.Tensor) -> Any:
        """Encoded, then multiplied."""
        return self.encode(x) @ self.w_out


class Weighted(nn.Module):
    """Samples weighted by one number each."""

    def __init__(self, to: tuple[int, ...]) -> None:
        self.to = to
        self.score = nn.Linear(4, 3)

    def forward(self, x: pc.Tensor, w: pc.Tensor) -> Any:
        """Scores times weights."""
        return self.score(x) * w.reshape(self.to)


class Positions(nn.Module):
    """Vectors of ids and of their places."""

    def __init__(self, count: int) -> None:
        self.look_up = nn.Embedding(9, 8)
        self.place = pc.Parameter(pc.zeros((count, 8)))

    def forward(self, x: pc.Tensor) -> Any:
        """Both, added."""
        return self.look_up(x) + self.place


class Looking(nn.Module):
    """Attention to another sequence, which is read first."""

    def __init__(self, width: int = 4) -> None:
        self.read = nn.Linear(3, width)
        self.look = nn.MultiHeadAttention(8, 2)

    def forward(self, x: pc.Tensor, y: pc.Tensor) -> Any:
        """What x takes from y."""
        return self.look(x, self.read(y))


class Sides(nn.Module):
    """Six inputs go through one network, and are joined."""

    def __init__(self, axis: int) -> None:
        self.axis = axis
        self.each = nn.Linear(8, 4)
        self.last = nn.Linear(4 if axis == 0 else 8, 3)

    def forward(self, x: pc.Tensor) -> Any:
        """Both halves joined along an axis."""
        halves = [self.each(x[:, :8]), self.each(x[:, 8:])]
        return self.last(pc.concat(halves, axis=self.axis))


PROGRAMS = [
    Wrong(
        "images into Linear without Flatten",
        "https://geekycodes.in (PyTorch CNN shape mismatch), ComfyUI#5836's words",
        chained(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Linear(4, 3)),
        (zeros(5, 3, 8, 8),),
        (
            "2: Linear(4, 3): y = x W + b with x (5, 8, 6, 6), W (4, 3): 6 != 4.",
            "x comes from `0`, Conv2d(3, 8, 3).",
            "Put nn.Flatten() before it, and make it Linear(288, 3).",
        ),
        lambda: nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 3))(
            zeros(5, 3, 8, 8)
        ),
        (5, 3),
    ),
    Wrong(
        "images into Linear of the right size, without Flatten",
        "keras-team/keras#16228",
        chained(nn.MaxPool2d(2), nn.Linear(196, 10)),
        (zeros(5, 1, 28, 28),),
        ("1: Linear(196, 10):", "14 != 196", "`0`, MaxPool2d(2)", "Put nn.Flatten() before it."),
        lambda: nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(196, 10))(
            zeros(5, 1, 28, 28)
        ),
        (5, 10),
    ),
    Wrong(
        "flattened features miscounted",
        "mrdbourke/pytorch-deep-learning#763",
        chained(nn.Conv2d(1, 10, 3, padding=1), nn.MaxPool2d(4), nn.Flatten(), nn.Linear(10, 10)),
        (zeros(2, 1, 28, 28),),
        (
            "3: Linear(10, 10): y = x W + b with x (2, 490), W (10, 10): 490 != 10.",
            "x comes from `2`, Flatten().",
            "Make it Linear(490, 10).",
            "| (2, 10, 7, 7)",
        ),
        lambda: nn.Sequential(
            nn.Conv2d(1, 10, 3, padding=1), nn.MaxPool2d(4), nn.Flatten(), nn.Linear(490, 10)
        )(zeros(2, 1, 28, 28)),
        (2, 10),
    ),
    Wrong(
        "data of another width",
        "Kim-Hammar/gym-idsgame#10",
        chained(nn.Linear(30, 64), nn.ReLU(), nn.Linear(64, 2)),
        (zeros(1, 44),),
        (
            "0: Linear(30, 64): y = x W + b with x (1, 44), W (30, 64): 44 != 30.",
            "x is an input of the model.",
            "Make it Linear(44, 64). Or: Give it an input of shape (1, 30).",
        ),
        lambda: nn.Sequential(nn.Linear(44, 64), nn.ReLU(), nn.Linear(64, 2))(zeros(1, 44)),
        (1, 2),
    ),
    Wrong(
        "hidden sizes that do not meet",
        "theislab/multimil#77",
        chained(nn.Linear(10, 20), nn.ReLU(), nn.Dropout(0.5), nn.Linear(30, 5)),
        (zeros(4, 10),),
        (
            "3: Linear(30, 5): y = x W + b with x (4, 20), W (30, 5): 20 != 30.",
            "x comes from `0`, Linear(10, 20).",
            "Make it Linear(20, 5). Or: Make `0` Linear(10, 30).",
        ),
        lambda: nn.Sequential(nn.Linear(10, 30), nn.ReLU(), nn.Linear(30, 5))(zeros(4, 10)),
        (4, 5),
    ),
    Wrong(
        "samples in columns, as the course has them",
        "procomputingproducts.co.uk (wrong shape at fully connected layer)",
        chained(nn.Linear(12, 3)),
        (zeros(12, 400),),
        (
            "0: Linear(12, 3):",
            "400 != 12",
            "x is an input of the model.",
            "Give it x.T, of shape (400, 12).",
        ),
        lambda: nn.Linear(12, 3)(zeros(12, 400).T),
        (400, 3),
    ),
    Wrong(
        "LSTM into Linear",
        "pytorch/pytorch#3349",
        chained(nn.LSTM(3, 5), nn.Linear(5, 2)),
        (zeros(4, 7, 3),),
        (
            "1: Linear(5, 2): y = x W + b with x ((4, 7, 5), ((1, 4, 5), (1, 4, 5))), W (5, 2)",
            "a pair, not one array",
            "x comes from `0`, LSTM(3, 5).",
            "make `0` nn.LastState(LSTM(3, 5))",
            "outputs[:, -1]",
        ),
        lambda: nn.Sequential(nn.LastState(nn.LSTM(3, 5)), nn.Linear(5, 2))(zeros(4, 7, 3)),
        (4, 2),
    ),
    Wrong(
        "LSTM into LSTM",
        "piEsposito/blitz-bayesian-deep-learning#113",
        chained(nn.LSTM(3, 5), nn.LSTM(5, 2)),
        (zeros(4, 7, 3),),
        (
            "1: LSTM(5, 2)",
            "a pair, not one array",
            "x comes from `0`, LSTM(3, 5).",
            "outputs alone",
        ),
        lambda: nn.LSTM(5, 2)(nn.LSTM(3, 5)(zeros(4, 7, 3))[0])[0],
        (4, 7, 2),
    ),
    Wrong(
        "GRU into an activation",
        "asappresearch/sru#208",
        chained(nn.GRU(3, 5), nn.ReLU()),
        (zeros(4, 7, 3),),
        (
            "1: ReLU() with x ((4, 7, 5), (1, 4, 5)): a pair",
            "`0`, GRU(3, 5)",
            "nn.LastState(GRU(3, 5))",
        ),
        lambda: nn.Sequential(nn.LastState(nn.GRU(3, 5)), nn.ReLU())(zeros(4, 7, 3)),
        (4, 5),
    ),
    Wrong(
        "rows into LSTM",
        "shreyans29/thesemicolon#5",
        chained(nn.LSTM(1, 5)),
        (zeros(4, 15),),
        (
            "0: LSTM(1, 5)",
            "x (4, 15): 2 axes, not those of (batch, time, in_features=1).",
            "x is an input of the model.",
            "Give it x.expand_dims(-1), of shape (4, 15, 1).",
        ),
        lambda: nn.LSTM(1, 5)(zeros(4, 15)[..., None])[0],
        (4, 15, 5),
    ),
    Wrong(
        "one axis too many into LSTM",
        "keras-team/keras#11480",
        chained(nn.LSTM(30, 5)),
        (zeros(2, 1, 6, 30),),
        ("0: LSTM(30, 5)", "4 axes", "x is an input", "Give it x.squeeze(1), of shape (2, 6, 30)."),
        lambda: nn.LSTM(30, 5)(zeros(2, 1, 6, 30).squeeze(1))[0],
        (2, 6, 5),
    ),
    Wrong(
        "features of an Embedding that LSTM does not take",
        "keras-team/keras#7403",
        chained(nn.Embedding(50, 8), nn.LSTM(16, 5)),
        (ids(4, 7),),
        (
            "1: LSTM(16, 5)",
            "8 != 16",
            "x comes from `0`, Embedding(50, 8).",
            "Make it LSTM(8, 5). Or: Make `0` Embedding(50, 16).",
        ),
        lambda: nn.Sequential(nn.Embedding(50, 16), nn.LastState(nn.LSTM(16, 5)))(ids(4, 7)),
        (4, 5),
    ),
    Wrong(
        "channels last into Conv2d",
        "LeeJunHyun/Image_Segmentation#29",
        chained(nn.Conv2d(3, 64, 3)),
        (zeros(1, 12, 12, 3),),
        (
            "0: Conv2d(3, 64, 3): y = W * x + b with x (1, 12, 12, 3), W (64, 3, 3, 3): 12 != 3.",
            "x is an input of the model.",
            "Give it x.permute_dims((0, 3, 1, 2)), of shape (1, 3, 12, 12).",
        ),
        lambda: nn.Conv2d(3, 64, 3)(zeros(1, 12, 12, 3).transpose(0, 3, 1, 2)),
        (1, 64, 10, 10),
    ),
    Wrong(
        "channels last into Conv1d",
        "openillumi.com (708, 256, 3)",
        chained(nn.Conv1d(3, 24, 5)),
        (zeros(7, 256, 3),),
        (
            "0: Conv1d(3, 24, 5)",
            "256 != 3",
            "x is an input",
            "x.permute_dims((0, 2, 1)), of shape (7, 3, 256)",
        ),
        lambda: nn.Conv1d(3, 24, 5)(zeros(7, 256, 3).transpose(0, 2, 1)),
        (7, 24, 252),
    ),
    Wrong(
        "grey images into a network for colours",
        "LambdaLabsML/examples#39",
        chained(nn.Conv2d(3, 8, 3), nn.ReLU()),
        (zeros(3, 1, 12, 12),),
        (
            "0: Conv2d(3, 8, 3)",
            "1 != 3",
            "x is an input",
            "Make it Conv2d(1, 8, 3). Or: Give it an input of shape (3, 3, 12, 12).",
        ),
        lambda: nn.Conv2d(1, 8, 3)(zeros(3, 1, 12, 12)),
        (3, 8, 10, 10),
    ),
    Wrong(
        "an alpha channel",
        "sjmoran/deeplpf-image-enhancement#16",
        chained(nn.Conv2d(3, 16, 3)),
        (zeros(1, 4, 9, 8),),
        ("0: Conv2d(3, 16, 3)", "4 != 3", "x is an input", "Make it Conv2d(4, 16, 3)."),
        lambda: nn.Conv2d(4, 16, 3)(zeros(1, 4, 9, 8)),
        (1, 16, 7, 6),
    ),
    Wrong(
        "images without an axis of channels",
        "keras-team/keras#11950",
        chained(nn.Conv2d(1, 32, 3)),
        (zeros(6, 28, 28),),
        (
            "0: Conv2d(1, 32, 3)",
            "3 axes, not those of (batch, in_channels=1, height, width)",
            "x is an input",
            "Give it x.expand_dims(1), of shape (6, 1, 28, 28).",
        ),
        lambda: nn.Conv2d(1, 32, 3)(zeros(6, 28, 28)[:, None]),
        (6, 32, 26, 26),
    ),
    Wrong(
        "flat images into Conv2d",
        "keras-team/keras#12882",
        chained(nn.Conv2d(1, 32, 3)),
        (zeros(6, 784),),
        (
            "0: Conv2d(1, 32, 3)",
            "2 axes",
            "x is an input",
            "Give it x.reshape(-1, 1, 28, 28), of shape (6, 1, 28, 28).",
        ),
        lambda: nn.Conv2d(1, 32, 3)(zeros(6, 784).reshape(-1, 1, 28, 28)),
        (6, 32, 26, 26),
    ),
    Wrong(
        "one image alone, channels last",
        "keras-team/keras#10955",
        chained(nn.Conv2d(3, 32, 3)),
        (zeros(60, 40, 3),),
        (
            "0: Conv2d(3, 32, 3)",
            "3 axes",
            "x is an input",
            "x.permute_dims((2, 0, 1)).expand_dims(0), of shape (1, 3, 60, 40)",
        ),
        lambda: nn.Conv2d(3, 32, 3)(zeros(60, 40, 3).transpose(2, 0, 1)[None]),
        (1, 32, 58, 38),
    ),
    Wrong(
        "one image alone",
        "milesial/Pytorch-UNet#44's kind: batch axis missing",
        chained(nn.Conv2d(3, 8, 3)),
        (zeros(3, 20, 16),),
        (
            "0: Conv2d(3, 8, 3)",
            "3 axes",
            "x is an input",
            "Give it x.expand_dims(0), of shape (1, 3, 20, 16).",
        ),
        lambda: nn.Conv2d(3, 8, 3)(zeros(3, 20, 16)[None]),
        (1, 8, 18, 14),
    ),
    Wrong(
        "channels of two convolutions that do not meet",
        "lvpeizhuo/HufuNet#1",
        chained(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Conv2d(8, 16, 3)),
        (zeros(2, 1, 12, 12),),
        (
            "2: Conv2d(8, 16, 3)",
            "6 != 8",
            "x comes from `0`, Conv2d(1, 6, 3).",
            "Make it Conv2d(6, 16, 3). Or: Make `0` Conv2d(1, 8, 3).",
        ),
        lambda: nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 16, 3))(
            zeros(2, 1, 12, 12)
        ),
        (2, 16, 8, 8),
    ),
    Wrong(
        "nothing left of the image",
        "keras-team/keras#12951",
        chained(
            nn.Conv2d(1, 4, 3),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 4, 3),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 8, 3),
        ),
        (zeros(2, 1, 10, 10),),
        ("4: Conv2d(4, 8, 3)", "(2, 4, 1, 1)", "x comes from `3`, MaxPool2d(2).", "padding='same'"),
        lambda: nn.Sequential(
            nn.Conv2d(1, 4, 3, padding="same"),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 4, 3, padding="same"),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 8, 3, padding="same"),
        )(zeros(2, 1, 10, 10)),
        (2, 8, 2, 2),
    ),
    Wrong(
        "an image smaller than the window of a pooling",
        "mzaradzki/neuralnets#9",
        chained(nn.Conv2d(1, 4, 3), nn.AvgPool2d(7)),
        (zeros(2, 1, 6, 6),),
        (
            "1: AvgPool2d(7)",
            "(2, 4, 4, 4)",
            "x comes from `0`, Conv2d(1, 4, 3).",
            "use a smaller one",
        ),
        lambda: nn.Sequential(nn.Conv2d(1, 4, 3), nn.AvgPool2d(4))(zeros(2, 1, 6, 6)),
        (2, 4, 1, 1),
    ),
    Wrong(
        "a convolution along a line for images",
        "seo.xlycwl.com (Conv3d among Conv2d)",
        chained(nn.Conv2d(3, 8, 3), nn.Conv1d(8, 4, 3)),
        (zeros(2, 3, 9, 9),),
        (
            "1: Conv1d(8, 4, 3)",
            "4 axes",
            "x comes from `0`, Conv2d(3, 8, 3).",
            "Make it Conv2d(8, 4, 3).",
        ),
        lambda: nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 4, 3))(zeros(2, 3, 9, 9)),
        (2, 4, 5, 5),
    ),
    Wrong(
        "frames of pictures into LSTM",
        "keras-team/tf-keras#440",
        chained(nn.LSTM(12, 5)),
        (zeros(2, 6, 3, 4),),
        (
            "0: LSTM(12, 5)",
            "4 axes",
            "x is an input",
            "Give it x.reshape(-1, 6, 12), of shape (2, 6, 12).",
        ),
        lambda: nn.LSTM(12, 5)(zeros(2, 6, 3, 4).reshape(-1, 6, 12))[0],
        (2, 6, 5),
    ),
    Wrong(
        "samples without steps into GRU",
        "tensorflow/tensorflow#48138",
        chained(nn.GRU(8, 5)),
        (zeros(4, 8),),
        (
            "0: GRU(8, 5)",
            "2 axes",
            "x is an input",
            "Give it x.expand_dims(0), of shape (1, 4, 8). Or: Give it x.expand_dims(1), of",
        ),
        lambda: nn.LastState(nn.GRU(8, 5))(zeros(4, 8)[:, None]),
        (4, 5),
    ),
    Wrong(
        "a context of another width",
        "WissingChen/CRA-GQA#14",
        Looking,
        (zeros(2, 5, 8), zeros(2, 6, 3)),
        (
            "look: MultiHeadAttention(8, 2) with context (2, 6, 4): 4 != 8.",
            "context comes from `read`, Linear(3, 4).",
            "Make `read` Linear(3, 8).",
            "    read Linear(3, 4)\n      | (2, 6, 4)   <- 4 != 8",
        ),
        lambda: Looking(8)(zeros(2, 5, 8), zeros(2, 6, 3)),
        (2, 5, 8),
    ),
    Wrong(
        "pooling behind Flatten",
        "keras-team/keras#3945's kind: axes lost before pooling",
        chained(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.MaxPool2d(2)),
        (zeros(2, 1, 8, 8),),
        (
            "2: MaxPool2d(2) with x (2, 144): 2 axes",
            "x comes from `1`, Flatten().",
            "Put it before `1`, Flatten().",
        ),
        lambda: nn.Sequential(nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), nn.Flatten())(zeros(2, 1, 8, 8)),
        (2, 36),
    ),
    Wrong(
        "batch norm of other channels",
        "pytorch/pytorch#9076",
        chained(nn.Conv2d(1, 8, 3), nn.BatchNorm(16)),
        (zeros(2, 1, 8, 8),),
        (
            "1: BatchNorm(16): y = (x - mean) / sqrt(variance + eps) weight + bias with x (2,",
            "8 != 16",
            "x comes from `0`, Conv2d(1, 8, 3).",
            "Make it BatchNorm(8). Or: Make `0` Conv2d(1, 16, 3).",
        ),
        lambda: nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm(8))(zeros(2, 1, 8, 8)),
        (2, 8, 6, 6),
    ),
    Wrong(
        "batch norm of the last axis of sequences",
        "ruotianluo/self-critical.pytorch#44",
        chained(nn.BatchNorm(20)),
        (zeros(3, 36, 20),),
        (
            "0: BatchNorm(20)",
            "36 != 20",
            "x is an input",
            "Give it x.permute_dims((0, 2, 1)), of shape (3, 20, 36).",
        ),
        lambda: nn.BatchNorm(20)(zeros(3, 36, 20).transpose(0, 2, 1)),
        (3, 20, 36),
    ),
    Wrong(
        "layer norm of another width",
        "WissingChen/CRA-GQA#14",
        chained(nn.Linear(4, 20), nn.LayerNorm(7)),
        (zeros(5, 4),),
        (
            "1: LayerNorm(7)",
            "20 != 7",
            "x comes from `0`, Linear(4, 20).",
            "Make it LayerNorm(20). Or: Make `0` Linear(4, 7).",
        ),
        lambda: nn.Sequential(nn.Linear(4, 20), nn.LayerNorm(20))(zeros(5, 4)),
        (5, 20),
    ),
    Wrong(
        "numbers into Embedding",
        "pytorch/pytorch#116598",
        chained(nn.Embedding(4, 8)),
        (zeros(5, 3),),
        (
            "0: Embedding(4, 8): y = W[ids]",
            "float32, not integers",
            "x is an input",
            "give it x.astype('int64')",
        ),
        lambda: nn.Embedding(4, 8)(zeros(5, 3).astype("int64")),
        (5, 3, 8),
    ),
    Wrong(
        "attention of another width",
        "ooples/AiDotNet#1311",
        chained(nn.Embedding(30, 12), nn.MultiHeadAttention(24, 2)),
        (ids(3, 7),),
        (
            "1: MultiHeadAttention(24, 2)",
            "12 != 24",
            "x comes from `0`, Embedding(30, 12).",
            "Make it MultiHeadAttention(12, 2). Or: Make `0` Embedding(30, 24).",
        ),
        lambda: nn.Sequential(nn.Embedding(30, 24), nn.MultiHeadAttention(24, 2))(ids(3, 7)),
        (3, 7, 24),
    ),
    Wrong(
        "attention of a width that its heads do not split",
        "IcarusWizard/MAE#24",
        chained(nn.Linear(4, 7), nn.TransformerBlock(8, 2)),
        (zeros(3, 5, 4),),
        (
            "1: TransformerBlock()",
            "7 != 8",
            "x comes from `0`, Linear(4, 7).",
            "Put nn.Linear(7, 8) before it. Or: Make `0` Linear(4, 8).",
        ),
        lambda: nn.Sequential(nn.Linear(4, 7), nn.Linear(7, 8), nn.TransformerBlock(8, 2))(
            zeros(3, 5, 4)
        ),
        (3, 5, 8),
    ),
    Wrong(
        "residual connection over other channels",
        "GengDavid/pytorch-cpn#45",
        lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.Residual(nn.Conv2d(4, 8, 3, padding="same"))),
        (zeros(2, 3, 8, 8),),
        (
            "1: Residual()",
            "(2, 8, 6, 6)",
            "(2, 4, 6, 6)",
            "8 != 4",
            "1.module Conv2d",
            "shortcut=nn.Conv2d(4, 8, 1)",
        ),
        lambda: nn.Sequential(
            nn.Conv2d(3, 4, 3),
            nn.Residual(nn.Conv2d(4, 8, 3, padding="same"), shortcut=nn.Conv2d(4, 8, 1)),
        )(zeros(2, 3, 8, 8)),
        (2, 8, 6, 6),
    ),
    Wrong(
        "residual connection over a stride",
        "MCG-NKU/SCNet#7",
        lambda: nn.Residual(nn.Conv2d(4, 8, 3, padding=1, stride=2)),
        (zeros(2, 4, 8, 8),),
        (
            "Residual()",
            "(2, 8, 4, 4)",
            "(2, 4, 8, 8)",
            "4 != 8",
            "module Conv2d",
            "shortcut=nn.Conv2d(4, 8, 1, stride=2)",
        ),
        lambda: nn.Residual(
            nn.Conv2d(4, 8, 3, padding=1, stride=2), shortcut=nn.Conv2d(4, 8, 1, stride=2)
        )(zeros(2, 4, 8, 8)),
        (2, 8, 4, 4),
    ),
    Wrong(
        "residual connection that loses a border",
        "yl4579/StyleTTS2#208",
        lambda: nn.Residual(nn.Conv2d(4, 4, 3)),
        (zeros(2, 4, 8, 8),),
        ("Residual()", "6 != 8", "module Conv2d(4, 4, 3)", "padding='same'"),
        lambda: nn.Residual(nn.Conv2d(4, 4, 3, padding="same"))(zeros(2, 4, 8, 8)),
        (2, 4, 8, 8),
    ),
    Wrong(
        "two ways of other widths, in a forward of one's own",
        "rollthecloudinc/hedge#308",
        lambda: Ways(10),
        (zeros(4, 10),),
        (
            "Ways()",
            "(4, 20) and (4, 10)",
            "20 != 10",
            "first Linear(10, 20)",
            "Make `second` Linear(20, 20).",
        ),
        lambda: Ways(20)(zeros(4, 10)),
        (4, 20),
    ),
    Wrong(
        "halves of a U-Net that do not meet",
        "ptrblck/pytorch_misc#2",
        Joining,
        (zeros(1, 3, 9, 9),),
        (
            "Joining()",
            "(1, 8, 9, 9) and (1, 8, 8, 8)",
            "9 != 8",
            "up ConvTranspose2d",
            "It works for sizes that 2 divides, as (1, 3, 8, 8).",
        ),
        lambda: Joining()(zeros(1, 3, 8, 8)),
        (1, 16, 8, 8),
    ),
    Wrong(
        "reshape that does not divide",
        "pytorch/pytorch#38469",
        lambda: Flattening(400),
        (zeros(6, 3, 21, 21),),
        ("Flattening()", "64 != 400", "conv2 Conv2d(6, 16, 5)", "x.reshape(6, 64)", "takes 64"),
        lambda: Flattening(64)(zeros(6, 3, 21, 21)),
        (6, 10),
    ),
    Wrong(
        "weights of one's own, the wrong way round",
        "wouterkool/attention-learn-to-route#23",
        lambda: OwnWeights(30, 12),
        (zeros(6, 5),),
        (
            "OwnWeights()",
            "12 != 30",
            "encode Linear(5, 12)",
            "w_out",
            "Multiply by its transpose: w_out.T.",
        ),
        lambda: OwnWeights(12, 30)(zeros(6, 5)),
        (6, 30),
    ),
    Wrong(
        "weights of one's own of another size",
        "vladmandic/sdnext#4377",
        lambda: OwnWeights(30, 7),
        (zeros(6, 5),),
        ("OwnWeights()", "12 != 30", "encode Linear(5, 12)", "Make w_out of shape (12, 7)."),
        lambda: OwnWeights(12, 7)(zeros(6, 5)),
        (6, 7),
    ),
    Wrong(
        "a weight for each sample",
        "kuixu/Linear-Multihead-Attention#3's kind: an axis missing",
        lambda: Weighted((-1,)),
        (zeros(5, 4), zeros(5)),
        ("Weighted()", "(5, 3) and (5,)", "3 != 5", "score Linear(4, 3)", ".reshape(-1, 1)"),
        lambda: Weighted((-1, 1))(zeros(5, 4), zeros(5)),
        (5, 3),
    ),
    Wrong(
        "batch norm behind Flatten",
        "keras-team/keras#162's kind: flattened too early",
        chained(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.BatchNorm(8)),
        (zeros(2, 3, 9, 9),),
        (
            "2: BatchNorm(8)",
            "392 != 8",
            "x comes from `1`, Flatten().",
            "Put it before `1`, Flatten().",
        ),
        lambda: nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm(8), nn.Flatten())(zeros(2, 3, 9, 9)),
        (2, 392),
    ),
    Wrong(
        "convolution over time into LSTM",
        "tensorflow/tensorflow#46794",
        chained(nn.Conv1d(3, 8, 3), nn.LSTM(8, 5)),
        (zeros(2, 3, 20),),
        (
            "1: LSTM(8, 5)",
            "18 != 8",
            "x comes from `0`, Conv1d(3, 8, 3).",
            "x.permute_dims((0, 2, 1)), of shape (2, 18, 8)",
        ),
        lambda: nn.LastState(nn.LSTM(8, 5))(
            nn.Conv1d(3, 8, 3)(zeros(2, 3, 20)).permute_dims((0, 2, 1))
        ),
        (2, 5),
    ),
    Wrong(
        "more positions than the sequence has",
        "hlky/nataili#145's kind: 77 and 154 positions",
        lambda: Positions(10),
        (ids(2, 7),),
        ("Positions()", "(2, 7, 8) and (10, 8)", "7 != 10", "look_up Embedding(9, 8)", "place[:7]"),
        lambda: Positions(7)(ids(2, 7)),
        (2, 7, 8),
    ),
    Wrong(
        "images without an axis of channels into pooling",
        "keras-team/keras#2466",
        chained(nn.MaxPool2d(2)),
        (zeros(6, 28, 28),),
        (
            "0: MaxPool2d(2)",
            "3 axes",
            "x is an input",
            "Give it x.expand_dims(1), of shape (6, 1, 28, 28). Or: Give it x.expand_dims(0)",
        ),
        lambda: nn.MaxPool2d(2)(zeros(6, 28, 28)[:, None]),
        (6, 1, 14, 14),
    ),
]


TARGETS = [
    WrongTarget(
        "targets of shape (N,) for outputs (N, 1)",
        "FARM#229, xlstm#4, CoNet#3",
        chained(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1)),
        zeros(32, 3),
        f.mean_squared_error,
        zeros(32),
        (
            "mean_squared_error",
            "(32, 1)",
            "(32,)",
            "come from `2`, Linear(4, 1).",
            "outputs.squeeze(-1) fits",
        ),
        lambda: f.mean_squared_error(nn.Linear(3, 1)(zeros(32, 3)).squeeze(-1), zeros(32)),
    ),
    WrongTarget(
        "class ids of shape (N, 1)",
        "openillumi.com (0D or 1D target tensor expected), keras-team/keras#3009",
        chained(nn.Linear(3, 10)),
        zeros(16, 3),
        f.cross_entropy,
        ids(16, 1),
        (
            "cross_entropy",
            "(16, 10)",
            "(16, 1)",
            "come from `0`, Linear(3, 10).",
            "targets.squeeze(-1) fits",
        ),
        lambda: f.cross_entropy(nn.Linear(3, 10)(zeros(16, 3)), ids(16, 1).squeeze(-1)),
    ),
    WrongTarget(
        "one-hot targets of another number of classes",
        "keras-team/keras#10238",
        chained(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 3)),
        zeros(5, 4),
        f.cross_entropy,
        zeros(5, 22),
        (
            "cross_entropy",
            "(5, 3)",
            "(5, 22)",
            "come from `2`, Linear(4, 3).",
            "Make `2` Linear(4, 22).",
        ),
        lambda: f.cross_entropy(nn.Linear(4, 22)(zeros(5, 4)), zeros(5, 22)),
    ),
    WrongTarget(
        "class ids for a loss of numbers",
        "keras-team/keras#3109, kouhan.cn (133 and 10)",
        chained(nn.Linear(4, 10)),
        zeros(3, 4),
        f.mean_squared_error,
        ids(3),
        (
            "mean_squared_error",
            "(3, 10)",
            "(3,)",
            "come from `0`, Linear(4, 10).",
            "one_hot(targets, 10) fits",
        ),
        lambda: f.mean_squared_error(nn.Linear(4, 10)(zeros(3, 4)), pc.one_hot(ids(3), 10)),
    ),
    WrongTarget(
        "classes on axis 1, as PyTorch has them",
        "milesial/Pytorch-UNet#44",
        chained(nn.Conv2d(3, 2, 3, padding=1)),
        zeros(4, 3, 8, 6),
        f.cross_entropy,
        ids(4, 8, 6),
        (
            "cross_entropy",
            "(4, 2, 8, 6)",
            "come from `0`, Conv2d",
            "outputs.permute_dims((0, 2, 3, 1)) fits",
        ),
        lambda: f.cross_entropy(
            nn.Conv2d(3, 2, 3, padding=1)(zeros(4, 3, 8, 6)).permute_dims((0, 2, 3, 1)),
            ids(4, 8, 6),
        ),
    ),
    WrongTarget(
        "one answer for each step, one target for each sequence",
        "keras-team/keras#2415",
        chained(nn.Linear(3, 4)),
        zeros(5, 7, 3),
        f.cross_entropy,
        ids(5),
        (
            "cross_entropy",
            "(5, 7, 4)",
            "(5,)",
            "come from `0`, Linear(3, 4).",
            "outputs[:, -1] fits",
        ),
        lambda: f.cross_entropy(nn.Linear(3, 4)(zeros(5, 7, 3))[:, -1], ids(5)),
    ),
    WrongTarget(
        "a view that mixes samples",
        "uoguelph-mlrg/Cutout#16",
        lambda: Flattening(100),
        zeros(32, 3, 32, 32),
        f.cross_entropy,
        ids(32),
        (
            "cross_entropy",
            "(128, 10)",
            "(32,)",
            "128 rows came from 32 samples in Flattening()",
            "x.reshape(x.shape[0], -1)",
        ),
        lambda: f.cross_entropy(Flattening(400)(zeros(32, 3, 32, 32)), ids(32)),
    ),
    WrongTarget(
        "inputs joined along the axis of samples",
        "pytorch/pytorch#139031",
        lambda: Sides(0),
        zeros(10, 16),
        f.cross_entropy,
        ids(10),
        (
            "cross_entropy",
            "(20, 3)",
            "(10,)",
            "come from `last`, Linear(4, 3).",
            "20 rows came from 10 samples",
        ),
        lambda: f.cross_entropy(Sides(1)(zeros(10, 16)), ids(10)),
    ),
    WrongTarget(
        "images into the last layer as they are, which happens to fit their width",
        "geekycodes.in (PyTorch CNN shape mismatch)",
        chained(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Linear(4, 5)),
        zeros(3, 1, 12, 6),
        f.cross_entropy,
        ids(3),
        (
            "(3, 4, 10, 5)",
            "(3,)",
            "come from `2`, Linear(4, 5).",
            "Put nn.Flatten() before `2`, and make it Linear(160, 5).",
        ),
        lambda: f.cross_entropy(
            nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(160, 5))(
                zeros(3, 1, 12, 6)
            ),
            ids(3),
        ),
    ),
    WrongTarget(
        "samples in columns of targets",
        "the course's notation: columns are samples",
        chained(nn.Linear(4, 2)),
        zeros(3, 4),
        f.mean_squared_error,
        zeros(2, 3),
        (
            "mean_squared_error",
            "(3, 2)",
            "(2, 3)",
            "come from `0`, Linear(4, 2).",
            "targets.T fits.",
        ),
        lambda: f.mean_squared_error(nn.Linear(4, 2)(zeros(3, 4)), zeros(2, 3).T),
    ),
    WrongTarget(
        "targets of other samples",
        "xinge008/Cylinder3D#58",
        chained(nn.Linear(4, 3)),
        zeros(6, 4),
        f.cross_entropy,
        ids(2),
        ("cross_entropy", "come from `0`, Linear(4, 3).", "6 outputs and 2 targets"),
        lambda: f.cross_entropy(nn.Linear(4, 3)(zeros(6, 4)), ids(6)),
    ),
    WrongTarget(
        "two outputs for yes or no",
        "keras-team/keras#7339",
        chained(nn.Linear(4, 2)),
        zeros(6, 4),
        f.binary_cross_entropy,
        zeros(6, 1),
        (
            "binary_cross_entropy",
            "(6, 2)",
            "(6, 1)",
            "come from `0`, Linear(4, 2).",
            "Make `0` Linear(4, 1).",
        ),
        lambda: f.binary_cross_entropy(nn.Linear(4, 1)(zeros(6, 4)), zeros(6, 1)),
    ),
    WrongTarget(
        "a mask without the axis of channels",
        "sunjesse/shape-attentive-unet#8",
        chained(nn.Conv2d(3, 1, 3, padding=1)),
        zeros(2, 3, 8, 8),
        f.binary_cross_entropy,
        zeros(2, 8, 8),
        (
            "binary_cross_entropy",
            "(2, 1, 8, 8)",
            "(2, 8, 8)",
            "come from `0`, Conv2d",
            "outputs.squeeze(1) fits",
        ),
        lambda: f.binary_cross_entropy(
            nn.Conv2d(3, 1, 3, padding=1)(zeros(2, 3, 8, 8)).squeeze(1), zeros(2, 8, 8)
        ),
    ),
]
