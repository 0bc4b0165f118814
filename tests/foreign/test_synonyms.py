"""Options under other names: told under ours, with the value that was given."""

import pytest

import pellucid as pc
from pellucid.errors import CallError

X = pc.ones((2, 3))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: pc.functional.softmax(X, dim=1), "PyTorch. Write axis=1."),
        (lambda: pc.sum(X, dim=0, keepdims=True), "PyTorch. Write axis=0."),
        (lambda: pc.concat([X, X], dim=1), "PyTorch. Write axis=1."),
        (lambda: X.sum(keepdim=True), "PyTorch. Write keepdims=True."),
    ],
)
def test_a_word_of_another_library_is_told_ours(call, told):
    with pytest.raises(CallError) as error:
        call()
    assert f"a word of {told}" in str(error.value)
