"""How arrays, dtypes and names are written in the text of a graph."""

import numpy as np
import pytest

from pellucid.written import Written, constant_text, digest, dtype_text, legal_name


def test_few_elements_are_written_out_and_many_have_a_digest():
    assert constant_text(np.array([[1, 2], [3, 4]])) == "[1, 2, 3, 4]"
    assert constant_text(np.array(0.5, np.float32)) == "[0.5]"
    assert constant_text(np.zeros(16, bool)).count("False") == 16
    assert constant_text(np.zeros(17, bool)) == digest(np.zeros(17, bool))


def test_a_digest_is_that_of_the_elements_in_their_order():
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert digest(x) == digest(np.asfortranarray(x)) != digest(x.T)
    # sha256 of "abc", the example of FIPS 180-4.
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest(np.frombuffer(b"abc", np.uint8)) == f"sha256:{abc}"


@pytest.mark.parametrize(
    ("dtype", "text"),
    [
        (np.float32, "float32"),
        (bool, "bool"),
        ([("a", "f4", (2, 3)), ("b", "i8")], "{float32[2,3], int64[]}"),
    ],
)
def test_dtypes_are_written_with_the_sizes_of_records(dtype, text):
    assert dtype_text(np.dtype(dtype)) == text


def test_names_keep_what_the_text_can_hold():
    assert legal_name("0.weight~a-b") == "0.weight~a-b"
    assert legal_name("a b\n(c)") == "a_b__c_"


def test_what_is_looked_at_shows_its_text():
    class Shown(Written):
        def __str__(self) -> str:
            return "1 < 2\n"

    assert repr(Shown()) == "1 < 2"
    assert "1 &lt; 2" in Shown()._repr_html_()
