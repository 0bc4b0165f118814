"""What users of other libraries reported, tried here; `before` is what came of it at first."""

import io
import json
import math
import os
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pc
from pellucid import augment, data, functional, measures, models, nn, optim, train, tune
from pellucid.io import jsonl, safetensors

REPORTS = json.loads(Path(__file__).with_name("reports.json").read_text(encoding="utf-8"))
FIELDS = ("report", "title", "guess", "program", "before", "after", "by")
MODULES = {
    module.__name__.rpartition(".")[2]: module
    for module in (augment, data, functional, measures, models, nn, optim, train, tune)
} | {"pc": pc, "np": np, "io": io, "json": json, "math": math, "os": os, "sys": sys}


def blobs(count: int = 60, seed: int = 0) -> data.Dataset:
    """Two clouds of points in the plane, a class each, in turn."""
    labels = np.arange(count) % 2
    points = np.random.default_rng(seed).normal(size=(count, 2)) + labels[:, None]
    return data.from_arrays(points, labels)


def network(*inside: nn.Module) -> nn.Module:
    """A small network for them, with further layers inside."""
    rng = pc.Generator(seed=0)
    return nn.Sequential(nn.Linear(2, 8, rng=rng), *inside, nn.ReLU(), nn.Linear(8, 2, rng=rng))


def trainer(model: nn.Module, *sets: data.Dataset, **options: Any) -> train.Trainer:
    """What trains it."""
    options = {"executor": "reference", "keep": "last"} | options
    chosen = train.Options(**options)
    optimizer = optim.Adam(model.parameters(), 0.01)
    train_set, *validation = sets or (blobs(),)
    return train.Trainer(
        model, functional.cross_entropy, optimizer, train_set, *validation, options=chosen
    )


def equal(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether two states have the same bits."""
    return list(a) == list(b) and all(np.array_equal(a[name], b[name]) for name in a)


def told(program: str, folder: Path) -> str:
    """What a program leaves as `y`, or what it is told."""
    names = MODULES | {
        "blobs": blobs, "network": network, "trainer": trainer, "equal": equal,
        "islice": islice, "jsonl": jsonl, "safetensors": safetensors, "folder": folder,
    }  # fmt: skip
    try:
        exec(program, names)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return str(names["y"])


@pytest.mark.parametrize("row", REPORTS, ids=[row["report"] for row in REPORTS])
def test_a_report_comes_to_what_the_table_says(row: dict[str, str], tmp_path: Path) -> None:
    assert told(row["program"], tmp_path) == row["after"]


def test_the_table_holds_sixty_reports_each_once() -> None:
    assert all(tuple(row) == FIELDS and all(row.values()) for row in REPORTS)
    for field in ("report", "title", "program"):
        assert len({row[field] for row in REPORTS}) == len(REPORTS) >= 60
