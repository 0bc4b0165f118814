"""Write torch_values.json: what PyTorch's activations and losses give, for test_against_pytorch.py.

Run it with PyTorch installed:  python tests/functional/make_torch_values.py
Values and gradients (of the sum) in float64.
"""

import json
from pathlib import Path

import torch
from torch.nn import functional as f

POINTS = [-100.0, -20.0, -3.0, -1.0, -0.1, -1e-6, 1e-6, 0.1, 0.7, 1.0, 3.0, 20.0, 100.0]
LOGITS = [[1.0, -2.0, 0.5, 3.0], [1000.0, 999.0, -1000.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
IDS = [3, 1, 2]
SOFT = [[0.1, 0.2, 0.3, 0.4], [0.0, 1.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]]
BINARY = [0.0, 1.0, 1.0, 0.5]
BINARY_LOGITS = [-3.0, 800.0, -800.0, 0.25]

ACTIVATIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": f.relu,
    "leaky_relu": f.leaky_relu,
    "elu": f.elu,
    "gelu": f.gelu,
    "gelu_tanh": lambda x: f.gelu(x, approximate="tanh"),
    "silu": f.silu,
    "softplus": lambda x: f.softplus(x, threshold=1e9),
    "log_sigmoid": f.logsigmoid,
    "softmax": lambda x: f.softmax(x, -1),
    "log_softmax": lambda x: f.log_softmax(x, -1),
    "logsumexp": lambda x: torch.logsumexp(x, -1),
}

IDS_T, SOFT_T = torch.tensor(IDS), torch.tensor(SOFT, dtype=torch.float64)
LOSSES = {
    "ids": lambda x: f.cross_entropy(x, IDS_T),
    "ids, none": lambda x: f.cross_entropy(x, IDS_T, reduction="none"),
    "ids, sum": lambda x: f.cross_entropy(x, IDS_T, reduction="sum"),
    "soft": lambda x: f.cross_entropy(x, SOFT_T),
    "ids, smoothed": lambda x: f.cross_entropy(x, IDS_T, label_smoothing=0.1),
    "soft, smoothed": lambda x: f.cross_entropy(x, SOFT_T, label_smoothing=0.1),
}
BINARY_T = torch.tensor(BINARY, dtype=torch.float64)
BINARY_LOSSES = {
    "binary": lambda x: f.binary_cross_entropy_with_logits(x, BINARY_T),
    "binary, none": lambda x: f.binary_cross_entropy_with_logits(x, BINARY_T, reduction="none"),
}


def pair(function, points):
    """Value, and gradient of its sum."""
    x = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    y = function(x)
    y.sum().backward()
    return {"value": y.tolist(), "gradient": x.grad.tolist()}


def main():
    """Write the file beside this one."""
    values = {
        "torch": torch.__version__,
        "points": POINTS,
        "logits": LOGITS,
        "ids": IDS,
        "soft": SOFT,
        "binary": BINARY,
        "binary logits": BINARY_LOGITS,
        "activations": {name: pair(g, POINTS) for name, g in ACTIVATIONS.items()},
        "losses": {name: pair(g, LOGITS) for name, g in LOSSES.items()},
        "binary losses": {name: pair(g, BINARY_LOGITS) for name, g in BINARY_LOSSES.items()},
    }
    Path(__file__).with_name("torch_values.json").write_text(json.dumps(values) + "\n")


if __name__ == "__main__":
    main()
