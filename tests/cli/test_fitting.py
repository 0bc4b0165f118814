"""A model that does not fit into memory is refused before any of its numbers is made."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid import capacity
from pellucid.capacity import sizing
from pellucid.cli import fitting
from pellucid.cli.fitting import check_training, check_weights
from pellucid.data import Form
from pellucid.errors import CapacityError
from pellucid.functional import cross_entropy
from pellucid.models import MODELS
from pellucid.nn.module import Module
from pellucid.random import Generator

Run = Callable[..., tuple[int, str, str]]
IMAGE, TEXT = Form((1, 8, 8), 5), Form((7,), 5, (7,), 5)


def build(name: str) -> tuple[Form, Module]:
    kind = MODELS[name]
    form = TEXT if kind.misfit(IMAGE) else IMAGE
    return form, kind.built(form, kind.options(), Generator(0))


@pytest.mark.parametrize("name", list(MODELS))
def test_the_size_of_every_model_is_found_without_making_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, model = build(name)
    arrays = model.state_dict()
    with sizing(name, 1, "") as sizes:
        build(name)
    real = sum(array.nbytes for array in arrays.values())
    assert real <= sizes.bytes < real + 200  # counters of generators
    check_weights(name, lambda: build(name)[1], arrays)
    loss = MODELS[name].loss or cross_entropy
    monkeypatch.setattr(fitting, "SMALL_BYTES", 0)
    check_training(name, lambda: build(name)[1], loss, form, 10)
    monkeypatch.setattr(capacity, "available", lambda: 4 * sizes.bytes)
    with pytest.raises(CapacityError, match=rf"'{name}' with .* of values for a batch of 1,000"):
        check_training(name, lambda: build(name)[1], loss, form, 1000)


def test_the_values_of_a_batch_count_and_so_do_all_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    kind, form = MODELS["mlp"], Form((100,), 10)
    options = kind.options(hidden=(1_000_000,))

    def made() -> Module:
        return kind.built(form, options, Generator(0))

    with sizing("", 1, "") as sizes:
        made()
    assert sizes.bytes - 4 * 111_000_010 in (0, 4)  # and a counter
    weights, values = sizes.bytes, 4 * 64 * 1_000_010
    for free, fits in ((4 * weights + values, True), (4 * weights + values - 1, False)):
        monkeypatch.setattr(capacity, "available", lambda free=free: free)
        if fits:
            check_training("mlp", made, cross_entropy, form, 64)
        else:
            with pytest.raises(CapacityError, match=r"444\.0 MB of weights.* 256\.0 MB of values"):
                check_training("mlp", made, cross_entropy, form, 64)


@pytest.mark.parametrize(
    "options",
    [
        ("--hidden", "10000000000"),
        ("--hidden", "1000000,1000000"),
        ("--hidden", "4611686018427387904"),
        ("--hidden", ",".join(["1"] * 6_000)),
        ("--model", "lstm", "--hidden", "10000000"),
    ],
    ids=lambda words: " ".join(words)[:60],
)
def test_a_command_that_wants_too_much_says_how_much(
    run: Run, tmp_path: Path, options: tuple[str, ...]
) -> None:
    code, _, err = run(
        "train", "digits", "--epochs", "1", "--executor", "reference", "--out", tmp_path, *options
    )
    assert code == 1
    assert "model '" in err or "of shape (64, 4611686018427387904)" in err
    assert "of memory are available" in err or "arrays of weights" in err or "No array has" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("shape", [[2**62], [2**31, 2**31], [10**6, 10**6], [10**9]])
def test_a_config_that_promises_more_than_its_weights_is_refused(
    run: Run, trained: Path, tmp_path: Path, shape: list[int]
) -> None:
    config = json.loads((trained / "config.json").read_text())
    config["data"]["form"]["shape"] = shape
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes((trained / "model.safetensors").read_bytes())
    for command in (("evaluate", tmp_path), ("predict", tmp_path, "x.png")):
        code, _, err = run(*command)
        assert code == 1
        fault = "do not fit" if max(shape) <= 2**31 else "is not whole"
        assert f"run {tmp_path}: " in err
        assert fault in err


@pytest.mark.parametrize("field", ["shape", "classes", "vocabulary", "target_shape"])
@pytest.mark.parametrize(
    "value", [float("inf"), 10**400, float("nan"), -1, None, "x", [[1]]], ids=lambda v: str(v)[:9]
)
def test_a_form_that_is_none_is_refused(
    run: Run, trained: Path, tmp_path: Path, field: str, value: Any
) -> None:
    config = json.loads((trained / "config.json").read_text())
    of = [value] if field.endswith("shape") else value
    config["data"]["form"][field] = of
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes((trained / "model.safetensors").read_bytes())
    code, _, err = run("predict", tmp_path, "x.png")
    assert code == 1
    assert "what its config.json says of the data is not whole" in err or "do not fit" in err


def test_memory_that_is_refused_later_is_told_with_what_was_wanted(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def starve(**_: Any) -> None:
        np.empty(2**60, np.uint8)

    monkeypatch.setattr("pellucid.cli.data_and_models.list_data", starve)
    code, _, err = run("data")
    assert code == 1
    assert "not enough memory for this: Unable to allocate 1.00 EiB" in err
    assert "are available. Use a smaller batch size, model or data set." in err


@pytest.mark.parametrize(("free", "said"), [(10**8, "not enough memory to load"), (10**9, "mista")])
def test_a_library_that_memory_keeps_from_loading_is_not_blamed(
    run: Run, monkeypatch: pytest.MonkeyPatch, free: int, said: str
) -> None:
    def fail(**_: Any) -> None:
        raise ImportError("llvmlite cannot be loaded")

    monkeypatch.setattr("pellucid.cli.data_and_models.list_data", fail)
    monkeypatch.setattr("pellucid.cli.available", lambda: free)
    code, _, err = run("data")
    assert code == 1
    assert said in err


def test_an_error_of_the_system_is_no_mistake_of_pellucid(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        Path("/nowhere/at/all").read_bytes()

    monkeypatch.setattr("pellucid.cli.data_and_models.list_data", fail)
    code, _, err = run("data")
    assert code == 1
    assert err.startswith("pellucid: use /nowhere/at/all: No such file or directory.")
