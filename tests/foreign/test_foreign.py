"""Words of other libraries: each is answered with a remedy, and every remedy runs."""

import importlib
import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pc
from pellucid.conversion import FOREIGN
from pellucid.errors import CallError
from pellucid.foreign import sentence
from pellucid.foreign.attributes import ATTRIBUTES
from pellucid.foreign.names import NAMES
from pellucid.foreign.options import OPTIONS


def names() -> dict[str, Any]:
    """What the lines of the tables are about."""
    rng = pc.Generator(seed=0)
    x = pc.tensor([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    model = pc.nn.Sequential(pc.nn.Linear(3, 2, rng=rng))
    samples = pc.data.from_arrays(np.eye(120, 3), [0, 1] * 60)
    optimizer = pc.optim.Adam(model.parameters())
    trainer = pc.train.Trainer(model, pc.functional.cross_entropy, optimizer, samples)
    return {
        "pc": pc, "np": np, "rng": rng, "x": x, "y": x + 0.1, "w": pc.Parameter(x.numpy()),
        "mask": x > 0.25, "i": pc.tensor([[0, 1], [1, 0]]), "model": model, "samples": samples,
        "optimizer": optimizer, "trainer": trainer, "scores": x, "labels": pc.tensor([0, 2]),
        "p": x, "t": x, "logs": pc.functional.log_softmax(x), "layer": pc.nn.Linear(3, 4, rng=rng),
        "history": pc.train.History(epochs={"train_loss": [1.0], "validation_loss": [1.0]}),
        "images": pc.ones((1, 3, 4, 4)), "kernels": pc.ones((2, 3, 2, 2)),
        "series": pc.ones((1, 3, 4)),
        "loss": pc.functional.cross_entropy(model(x), pc.tensor([0, 1])),
    }  # fmt: skip


def rows(table: dict[str, dict[str, dict[str, str]]]) -> list[tuple[str, str, str, str]]:
    return [
        (owner, library, word, remedy)
        for owner, libraries in table.items()
        for library, words in libraries.items()
        for word, remedy in words.items()
    ]


ROWS = [*rows(ATTRIBUTES), *rows(NAMES), *rows(OPTIONS)]
OBJECTS = {
    "Tensor": "x", "Variable": "w", "Module": "model", "Optimizer": "optimizer",
    "Trainer": "trainer", "Generator": "rng", "Dataset": "samples", "History": "history",
}  # fmt: skip


LINES = sorted({remedy.partition("#")[0].strip() for *_, remedy in ROWS} - {""})


@pytest.mark.parametrize("line", LINES)
def test_every_remedy_runs(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    known = names()
    pc.io.safetensors.save("weights.safetensors", known["model"].state_dict())
    exec(line, known)


@pytest.mark.parametrize(("owner", "library", "word", "remedy"), rows(ATTRIBUTES))
def test_an_attribute_of_another_library_is_answered_with_ours(
    owner: str, library: str, word: str, remedy: str
) -> None:
    thing = names()[OBJECTS[owner]]
    with pytest.raises(AttributeError) as told:
        getattr(thing, word)
    where = f"{type(thing).__name__} has no attribute {word!r}"
    assert str(told.value) == f"{where}, a word of {library}. {sentence(remedy)}"
    assert not hasattr(thing, word)
    assert word not in dir(thing)


@pytest.mark.parametrize(("owner", "library", "word", "remedy"), rows(NAMES))
def test_a_name_of_another_library_is_answered_with_ours(
    owner: str, library: str, word: str, remedy: str
) -> None:
    package = importlib.import_module(owner)
    expected = (
        f"module {owner!r} has no attribute {word!r}, a word of {library}. {sentence(remedy)}"
    )
    with pytest.raises(AttributeError) as told:
        getattr(package, word)
    assert str(told.value) == expected
    if hasattr(package, "__path__"):
        with pytest.raises(ImportError) as told_too:
            exec(f"from {owner} import {word}")
        assert str(told_too.value) == expected


def test_the_names_that_tensors_answer_are_those_of_the_table() -> None:
    tables = (ATTRIBUTES["Tensor"], ATTRIBUTES["Variable"])
    words = {word for table in tables for words in table.values() for word in words}
    assert sorted(words) == sorted(FOREIGN)


CLASSES = {
    "Optimizer": pc.optim.Adam, "_Convolution": pc.nn.Conv2d, "_Dropout": pc.nn.Dropout,
    "_Windowed": pc.nn.MaxPool2d, "Recurrent": pc.nn.LSTM, "Module": pc.nn.Identity,
    "MultiHeadAttention": pc.nn.MultiHeadAttention, "Embedding": pc.nn.Embedding,
    "Trainer": pc.train.Trainer, "Options": pc.train.Options, "Saving": pc.train.Saving,
    "EarlyStopping": pc.train.EarlyStopping, "Generator": pc.Generator,
    "function": pc.functional.relu, "Parameter": pc.Parameter,
    "predictor": pc.nn.Identity().predictor(),
}  # fmt: skip


@pytest.mark.parametrize(("owner", "library", "word", "remedy"), rows(OPTIONS))
def test_an_option_of_another_library_is_answered_with_ours(
    owner: str, library: str, word: str, remedy: str
) -> None:
    kind: Any = CLASSES[owner]
    with pytest.raises(CallError) as told:
        kind(**{word: 1})
    name = getattr(kind, "__name__", owner)
    expected = f"{name} has no option {word!r}, a word of {library}. {sentence(remedy)}"
    assert str(told.value) == expected
    assert isinstance(told.value, TypeError)


def test_a_slip_of_the_pen_is_answered_with_the_nearest_word() -> None:
    known = names()
    for line, near in (
        ("pc.nn.Relu", "ReLU"),
        ("pc.nn.Conv2D", "Conv2d"),
        ("pc.optim.adam", "Adam"),
        ("pc.optim.RMSprop", "RMSProp"),
        ("pc.functional.cross_entrop", "cross_entropy"),
        ("model.paramters", "parameters"),
        ("optimizer.learning_rat", "learning_rate"),
        ("trainer.evalute", "evaluate"),
    ):
        with pytest.raises(AttributeError, match=f"Did you mean '{near}'"):
            eval(line, known)
    with pytest.raises(CallError, match=r"no option 'learning_rat'. Did you mean 'learning_rate'"):
        pc.optim.Adam(known["model"].parameters(), learning_rat=0.1)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("pc.Linear", "pc.nn.Linear"),
        ("pc.nn.cross_entropy", "pc.functional.cross_entropy"),
        ("pc.Adam", "pc.optim.Adam"),
        ("pc.Trainer", "pc.train.Trainer"),
        ("pc.nn.Parameter", "pc.Parameter"),
        ("pc.digits", "pc.data.digits"),
        ("pc.functional.CrossEntropyLoss", "pc.functional.cross_entropy(scores, labels)"),
        ("pc.DataLoader", "pc.data.batches(len(samples)"),
    ],
)
def test_a_name_asked_for_in_the_wrong_package_is_told_its_place(line: str, place: str) -> None:
    with pytest.raises(AttributeError) as told:
        eval(line, {"pc": pc})
    assert f"Write {place}" in str(told.value)


def test_packages_are_there_without_being_imported() -> None:
    for package in ("augment", "data", "io", "measures", "models", "plot", "train", "tune"):
        assert inspect.ismodule(getattr(pc, package))
        assert package in dir(pc)


def test_a_property_that_fails_says_its_own_error() -> None:
    class Broken(pc.nn.Module):
        @property
        def size(self) -> int:
            return self.nothing_there

    with pytest.raises(AttributeError, match="no attribute 'nothing_there'"):
        Broken().size  # noqa: B018


def test_too_many_arguments_by_place_are_told_with_the_names_of_the_others() -> None:
    with pytest.raises(CallError) as told:
        pc.nn.Conv2d(1, 2, 3, 1, 1)
    assert str(told.value) == (
        "Conv2d: called with 5 arguments by place. It takes 3 by place: in_channels, "
        "out_channels, kernel_size. Give the others by name: groups, bias, rng, stride, padding, "
        "dilation."
    )
    for wrong in ({"inplace": True}, {"nonsense": 1}):
        with pytest.raises(CallError, match="ReLU has no option"):
            pc.nn.ReLU(**wrong)
    with pytest.raises(CallError, match="It takes none by place"):
        pc.nn.Flatten(1)


def test_numbers_cannot_be_written_into_a_tensor() -> None:
    with pytest.raises(CallError, match=r"Tensor\[...\] = ...: .* w.assign"):
        pc.ones(3)[0] = 2.0
