#!/usr/bin/env bash
# optax: CTC of a target that does not fit into its steps is a large number, with a gradient; PyTorch's
# is inf.
#
# Guessed before: the probability of such a target is 0, and minus its logarithm inf, as in the paper.
# Seen with optax 0.2.8 and PyTorch 2.13.0, labels 1 1 in two steps, which need three:
#     optax 100000    torch inf
# So a mean over a batch with one such sample is finite, and training goes on; what gives it away is a
# loss of thousands that no training brings down.
# Needs Python 3.11 or newer and a package index. Fails if what is seen changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "jax[cpu]" optax==0.2.8 torch==2.13.0
"$work/venv/bin/python" - <<'PYTHON'
import math
import sys

import jax.numpy as jnp
import optax
import torch

ids, none = jnp.array([[1, 1]]), jnp.zeros((1, 2))
of_optax = float(optax.ctc_loss(jnp.zeros((1, 2, 3)), none, ids, none)[0])
log_p = torch.zeros(2, 1, 3).log_softmax(-1)
lengths = torch.tensor([2])
of_torch = torch.nn.functional.ctc_loss(log_p, torch.tensor([[1, 1]]), lengths, lengths).item()
print(f"optax {of_optax:.0f}    torch {of_torch}")
if not (9e4 < of_optax < 2e5 and math.isinf(of_torch)):
    sys.exit("This has changed.")
PYTHON
