"""The relatives of MNIST: their names, classes and digests."""

from pellucid.data import IDX_SETS


def test_the_sets_are_those_that_are_published() -> None:
    assert {name: len(made.class_names) for name, made in IDX_SETS.items()} == {
        "fashion-mnist": 10,
        "kmnist": 10,
        "emnist-balanced": 47,
        "emnist-letters": 26,
        "emnist-digits": 10,
        "emnist-mnist": 10,
        "emnist-byclass": 62,
        "emnist-bymerge": 47,
    }
    assert "".join(IDX_SETS["emnist-balanced"].class_names) == (
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"
    )
    assert "".join(IDX_SETS["emnist-byclass"].class_names[9:38]) == "9ABCDEFGHIJKLMNOPQRSTUVWXYZab"
    assert IDX_SETS["fashion-mnist"].class_names[9] == "Ankle boot"
    digests = [digest for made in IDX_SETS.values() for _, digest in made.files]
    assert len(set(digests)) == len(digests) == 32
    assert {len(digest) for digest in digests} == {len("md5:") + 32, len("sha256:") + 64}


# ---- fetching ----------------------------------------------------------------------------


# ---- any set -----------------------------------------------------------------------------
