"""Write schedule_free_values.json: what the program schedulefree 1.4.1 does.

Run it with PyTorch and schedulefree installed:
    python tests/optim/further/make_schedule_free_values.py
Thirty updates of a vector on a bowl, with decay and by two optimizers, the second with a rate that
rises and falls; stored are y, which gradients are taken at, and x.
"""

import json
from pathlib import Path
from typing import Any

import schedulefree
import torch

FURTHER = {"weight_decay": 0.05, "foreach": False}


def rate(t: int) -> float:
    """Of update t, 0 for the first: it rises for five updates, and falls."""
    return 0.1 * min(t + 1, 5) / 5 * 0.9 ** max(0, t - 8)


def walked(kind: Any, *, changes: bool, **options: Any) -> dict[str, list[list[float]]]:
    """y and x after each update."""
    y = torch.nn.Parameter(torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64))
    curvature = torch.tensor([0.5, 1.0, 3.0], dtype=torch.float64)
    optimizer = kind([y], lr=0.1, **options, **FURTHER)
    optimizer.train()
    found: dict[str, list[list[float]]] = {"y": [], "x": []}
    for t in range(30):
        if changes:
            optimizer.param_groups[0]["lr"] = rate(t)
        optimizer.zero_grad()
        (0.5 * curvature * y * y).sum().backward()
        optimizer.step()
        found["y"].append(y.tolist())
        optimizer.eval()
        found["x"].append(y.tolist())
        optimizer.train()
    return found


def main() -> None:
    """Write the file beside this one."""
    adam = walked(schedulefree.AdamWScheduleFree, changes=True, betas=(0.9, 0.999))
    found = walked(schedulefree.SGDScheduleFree, changes=False, momentum=0.9) | {"adam": adam}
    Path(__file__).with_name("schedule_free_values.json").write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
