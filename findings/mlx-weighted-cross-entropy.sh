#!/usr/bin/env bash
# MLX: the mean of `cross_entropy` with `weights` is divided by the number of samples, not by the
# weights; PyTorch's is divided by the weights of the samples.
#
# Guessed before: a weighted mean, as the words "weights" and "mean" say: three times the weights, the
# same mean.
# Seen with MLX 0.32.4 and PyTorch 2.13.0, all weights 3, over all weights 1:
#     mlx 3.000    torch 1.000
# So with weights the steps are longer or shorter by their mean, and a learning rate does not carry over.
# Needs Python 3.11 or newer and a package index. Fails if what is seen changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "mlx[cpu]==0.32.4" torch==2.13.0
"$work/venv/bin/python" - <<'PYTHON'
import sys

import mlx.core as mx
import mlx.nn as nn
import torch


def of_mlx(weight):
    scores, ids = mx.zeros((2, 2)), mx.array([0, 1])
    loss = nn.losses.cross_entropy(scores, ids, weights=mx.full(2, weight), reduction="mean")
    return loss.item()


def of_torch(weight):
    scores, ids = torch.zeros(2, 2), torch.tensor([0, 1])
    return torch.nn.functional.cross_entropy(scores, ids, torch.full((2,), weight)).item()


mlx, pytorch = (of(3.0) / of(1.0) for of in (of_mlx, of_torch))
print(f"mlx {mlx:.3f}    torch {pytorch:.3f}")
if abs(mlx - 3.0) > 1e-5 or abs(pytorch - 1.0) > 1e-5:
    sys.exit("This has changed.")
PYTHON
