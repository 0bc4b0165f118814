"""Write torch_values.json: what PyTorch's normalising layers give, for test_normalization.py.

Run it with PyTorch installed:  python tests/nn/make_torch_values.py
Values, gradients of a weighted sum, and running statistics after two training batches.
"""

import json
from pathlib import Path

import torch

FEATURES = 3


def numbers(*shape, scale):
    """Numbers that look random and are the same everywhere."""
    count = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return (torch.sin(count * scale) * 2.0 + 0.3).reshape(shape)


def run(layer, x):
    """Two training batches, then inference of the first."""
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([0.5, 1.0, 2.0]))
        layer.bias.copy_(torch.tensor([-1.0, 0.0, 1.0]))
    x = x.clone().requires_grad_()
    y = layer(x)
    (y * numbers(*x.shape, scale=0.7)).sum().backward()
    values = {
        "x": x.tolist(),
        "y": y.tolist(),
        "dx": x.grad.tolist(),
        "dweight": layer.weight.grad.tolist(),
        "dbias": layer.bias.grad.tolist(),
    }
    if hasattr(layer, "running_mean"):
        layer(x * 2.0 + 1.0)
        values["running_mean"] = layer.running_mean.tolist()
        values["running_variance"] = layer.running_var.tolist()
    values["inference"] = layer.eval()(x).tolist()
    return values


def main():
    """Write the file beside this one."""
    torch.set_default_dtype(torch.float64)
    values = {
        "torch": torch.__version__,
        "batch norm": run(torch.nn.BatchNorm1d(FEATURES), numbers(4, FEATURES, scale=1.3)),
        "batch norm of images": run(
            torch.nn.BatchNorm2d(FEATURES), numbers(2, FEATURES, 2, 2, scale=1.3)
        ),
        "layer norm": run(torch.nn.LayerNorm(FEATURES), numbers(4, FEATURES, scale=1.3)),
        "layer norm of sequences": run(
            torch.nn.LayerNorm(FEATURES), numbers(2, 2, FEATURES, scale=1.3)
        ),
    }
    Path(__file__).with_name("torch_values.json").write_text(json.dumps(values) + "\n")


if __name__ == "__main__":
    main()
