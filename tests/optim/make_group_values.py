"""Write group_values.json: what PyTorch's groups do in 100 steps, for test_groups, test_freezing.

Run it with PyTorch installed:  python tests/optim/make_group_values.py
The weights in float64 after 100 steps on the problem of torch_values.json: `w` has a rate and
decay of its own, `b` those that the optimizer was made with.
"""

import json
from pathlib import Path

import torch

PROBLEM = json.loads(Path(__file__).with_name("torch_values.json").read_text())["problem"]

OPTIMIZERS = {
    "momentum": lambda w, b: torch.optim.SGD(
        [{"params": [w], "lr": 0.02, "weight_decay": 0.1}, {"params": [b]}], 0.1, momentum=0.9
    ),
    "adamw": lambda w, b: torch.optim.AdamW(
        [{"params": [w], "lr": 0.02, "weight_decay": 0.1}, {"params": [b], "weight_decay": 0.0}],
        0.001,
    ),
}


def run(name):
    """The weights after 100 steps."""
    x = torch.tensor(PROBLEM["x"], dtype=torch.float64)
    w, b = (torch.tensor(PROBLEM[n], dtype=torch.float64, requires_grad=True) for n in ("w", "b"))
    optimizer = OPTIMIZERS[name](w, b)
    for _ in range(100):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(x @ w + b, torch.tensor(PROBLEM["ids"])).backward()
        optimizer.step()
    return {"w": w.tolist(), "b": b.tolist()}


def frozen():
    """The weights after 100 steps of AdamW in which `w` rests in the first 40, `b` from 70 on."""
    x = torch.tensor(PROBLEM["x"], dtype=torch.float64)
    w, b = (torch.tensor(PROBLEM[n], dtype=torch.float64, requires_grad=True) for n in ("w", "b"))
    groups = [{"params": [w], "weight_decay": 0.1}, {"params": [b], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, 0.02)
    for i in range(100):
        w.requires_grad_(i >= 40)
        b.requires_grad_(i < 70)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(x @ w + b, torch.tensor(PROBLEM["ids"])).backward()
        optimizer.step()
    return {"w": w.tolist(), "b": b.tolist()}


def main():
    """Write the file beside this one."""
    values = {"torch": torch.__version__} | {name: run(name) for name in OPTIMIZERS}
    values["frozen"] = frozen()
    Path(__file__).with_name("group_values.json").write_text(json.dumps(values) + "\n")


if __name__ == "__main__":
    main()
