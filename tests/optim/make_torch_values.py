"""Write torch_values.json: what PyTorch's optimizers do in 100 steps, for test_against_pytorch.py.

Run it with PyTorch installed:  python tests/optim/make_torch_values.py
The problem is softmax regression on 12 samples, in float64 and float32. Weights are stored
after 1, 10 and 100 steps; schedules as the learning rates of 20 updates.
"""

import json
from pathlib import Path

import torch

SAMPLES, FEATURES, CLASSES = 12, 5, 3
KEPT = (1, 10, 100)

optim, schedule = torch.optim, torch.optim.lr_scheduler

OPTIMIZERS = {
    "sgd": lambda p: optim.SGD(p, lr=0.1),
    "sgd with l2": lambda p: optim.SGD(p, lr=0.1, weight_decay=0.01),
    "momentum": lambda p: optim.SGD(p, lr=0.01, momentum=0.9),
    "nesterov": lambda p: optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True),
    "adagrad": lambda p: optim.Adagrad(p, lr=0.1, eps=1e-7),
    "rmsprop": lambda p: optim.RMSprop(p, lr=0.01, alpha=0.99, eps=1e-8),
    "adam": lambda p: optim.Adam(p, lr=0.01),
    "adam with l2": lambda p: optim.Adam(p, lr=0.01, weight_decay=0.01),
    "adamw": lambda p: optim.AdamW(p, lr=0.01, weight_decay=0.1),
    "adadelta": lambda p: optim.Adadelta(p, lr=0.5),
    "adamax": lambda p: optim.Adamax(p, lr=0.01),
    "nadam": lambda p: optim.NAdam(p, lr=0.01),
    "radam": lambda p: optim.RAdam(p, lr=0.01),
    "by value": lambda p: optim.SGD(p, lr=0.1),
    "by global norm": lambda p: optim.SGD(p, lr=0.1),
    "one cycle": lambda p: optim.SGD(p, lr=0.1),
}

SCHEDULES = {
    "step": lambda o: schedule.StepLR(o, step_size=6, gamma=0.5),
    "exponential": lambda o: schedule.ExponentialLR(o, gamma=0.9),
    "cosine": lambda o: schedule.CosineAnnealingLR(o, T_max=20, eta_min=0.01),
    "one cycle": lambda o: schedule.OneCycleLR(o, max_lr=0.1, total_steps=20),
}


def problem(dtype):
    """Inputs, class ids, and the start, the same numbers in every dtype."""
    i = torch.arange(SAMPLES * FEATURES, dtype=torch.float64).reshape(SAMPLES, FEATURES)
    x = torch.sin(1.7 * i).to(torch.float32).to(dtype)
    ids = torch.arange(SAMPLES) * 7 % CLASSES
    w = torch.cos(torch.arange(FEATURES * CLASSES, dtype=torch.float64)).reshape(FEATURES, CLASSES)
    w = (0.5 * w).to(torch.float32).to(dtype)
    return x, ids, w, torch.zeros(CLASSES, dtype=dtype)


def run(name, dtype):
    """The weights after the kept numbers of steps."""
    x, ids, w, b = problem(dtype)
    w, b = w.requires_grad_(), b.requires_grad_()
    optimizer = OPTIMIZERS[name]([w, b])
    cycle = name == "one cycle"
    rates = (
        schedule.OneCycleLR(optimizer, 0.1, total_steps=100, cycle_momentum=False)
        if cycle
        else None
    )
    kept = {}
    for step in range(1, max(KEPT) + 1):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(x @ w + b, ids).backward()
        if name == "by value":
            torch.nn.utils.clip_grad_value_([w, b], 0.02)
        if name == "by global norm":
            torch.nn.utils.clip_grad_norm_([w, b], 0.1)
        optimizer.step()
        if rates is not None:
            rates.step()
        if step in KEPT:
            kept[step] = {"w": w.tolist(), "b": b.tolist()}
    return kept


def rates(name):
    """The learning rates of 20 updates."""
    optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1, momentum=0.5)
    made = SCHEDULES[name](optimizer)
    found = []
    for _ in range(20):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        made.step()
    return found


def main():
    """Write the file beside this one."""
    x, ids, w, b = problem(torch.float64)
    values = {
        "torch": torch.__version__,
        "problem": {"x": x.tolist(), "ids": ids.tolist(), "w": w.tolist(), "b": b.tolist()},
        "float64": {name: run(name, torch.float64) for name in OPTIMIZERS},
        "float32": {name: run(name, torch.float32) for name in OPTIMIZERS},
        "schedules": {name: rates(name) for name in SCHEDULES},
    }
    text = json.dumps(
        json.loads(json.dumps(values), parse_float=lambda n: float(f"{float(n):.12g}"))
    )
    Path(__file__).with_name("torch_values.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
