"""Words of other libraries: each is answered with a remedy, and every remedy runs."""

import inspect
from pathlib import Path

import pytest
from foreign.known import names, rows

import pellucid as pc
from pellucid.errors import CallError
from pellucid.foreign.attributes import ATTRIBUTES
from pellucid.foreign.names import NAMES
from pellucid.foreign.options import OPTIONS

ROWS = [*rows(ATTRIBUTES), *rows(NAMES), *rows(OPTIONS)]
LINES = sorted({remedy.partition("#")[0].strip() for *_, remedy in ROWS} - {""})


@pytest.mark.parametrize("line", LINES)
def test_every_remedy_runs(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    known = names()
    pc.io.safetensors.save("weights.safetensors", known["model"].state_dict())
    exec(line, known)


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
