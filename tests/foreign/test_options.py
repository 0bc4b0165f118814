"""Options of other libraries: each is answered with ours."""

from typing import Any

import pytest
from foreign.known import rows

import pellucid as pc
from pellucid.errors import CallError
from pellucid.foreign import sentence
from pellucid.foreign.options import OPTIONS

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


def test_the_learning_rate_of_pytorch_is_told_ours() -> None:
    with pytest.raises(CallError, match=r"'lr', a word of PyTorch. Write .*learning_rate=0\.001"):
        pc.optim.Adam({}, lr=0.1)
