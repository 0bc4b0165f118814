"""Write schedule_free_values.json: what the program schedulefree 1.4.1 does.

Run it with PyTorch and schedulefree installed:
    python tests/optim/further/make_schedule_free_values.py
Thirty updates of a vector on a bowl, with decay; stored are y, which gradients are taken at, and x.
"""

import json
from pathlib import Path

import schedulefree
import torch


def main() -> None:
    """Write the file beside this one."""
    y = torch.nn.Parameter(torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64))
    curvature = torch.tensor([0.5, 1.0, 3.0], dtype=torch.float64)
    options = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.05, "foreach": False}
    optimizer = schedulefree.SGDScheduleFree([y], **options)
    optimizer.train()
    found = {"y": [], "x": []}
    for _ in range(30):
        optimizer.zero_grad()
        (0.5 * curvature * y * y).sum().backward()
        optimizer.step()
        found["y"].append(y.tolist())
        optimizer.eval()
        found["x"].append(y.tolist())
        optimizer.train()
    Path(__file__).with_name("schedule_free_values.json").write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
