"""Relatives of MNIST, each four IDX files: articles of clothing, Japanese characters, letters.

IdxSet     a set: its files and their digests, its classes, where it comes from
IDX_SETS   all of them, by name

Names, sizes and digests are those of public loaders of these files: torchvision and TensorFlow
Datasets for Fashion-MNIST and KMNIST, TensorFlow Datasets for the archive of EMNIST, Deeplearning4j
and mnists, which agree, for the files in it. They are digests of the files as they are published:
a file that was unpacked is known by its name and by the sizes in its header alone.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass

SIDE = 28


@dataclass(frozen=True)
class IdxSet:
    """A set of pictures of 28 x 28: its four files, its classes, and where it comes from.

    `files`: the name and the digest, "sha256:..." or "md5:...", of the training pictures, training
    labels, test pictures and test labels. `counts`: pictures to train on, and to test.
    `megabytes`: what is fetched. `first`: the number of the first class in the files.
    `transposed`: whether they hold rows as columns. `archive`: name and digest of the ZIP file that
    they are fetched in, where not one by one; there they lie in a folder called as it, without its
    ending.
    """

    title: str
    source: str
    files: tuple[tuple[str, str], ...]
    counts: tuple[int, int]
    class_names: tuple[str, ...]
    mirrors: tuple[str, ...]
    megabytes: int
    first: int = 0
    transposed: bool = False
    archive: tuple[str, str] | None = None

    def shape(self, place: int) -> tuple[int, ...]:
        """What the header of a file says."""
        count = self.counts[place // 2]
        return (count,) if place % 2 else (count, SIDE, SIDE)


_PLAIN = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")


def _plain(*sha256: str) -> tuple[tuple[str, str], ...]:
    pairs = zip(_PLAIN, sha256, strict=True)
    return tuple((f"{name}-ubyte", f"sha256:{value}") for name, value in pairs)


_FASHION = IdxSet(
    "articles of clothing",
    "Xiao, Rasul, Vollgraf 2017, arXiv 1708.07747",
    _plain(
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
    (60_000, 10_000),
    (
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    ),
    31,
)

_KMNIST = IdxSet(
    "characters of old Japanese books",
    "Clanuwat et al. 2018, arXiv 1812.01718",
    _plain(
        "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
    ),
    (60_000, 10_000),
    ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    (
        "https://codh.rois.ac.jp/kmnist/dataset/kmnist",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist",
    ),
    21,
)

_DIGITS = tuple(string.digits)
_SMALL = tuple(string.ascii_lowercase)
# Letters whose two forms look alike are one class in two of the sets.
_MERGED = (*_DIGITS, *string.ascii_uppercase, *"abdefghnqrt")
_ALL = (*_DIGITS, *string.ascii_letters[26:], *_SMALL)


def _emnist(
    split: str, title: str, counts: tuple[int, int], names: tuple[str, ...], md5: tuple[str, ...]
) -> IdxSet:
    kinds = ("train-images-idx3", "train-labels-idx1", "test-images-idx3", "test-labels-idx1")
    files = tuple(
        (f"emnist-{split}-{kind}-ubyte", f"md5:{value}")
        for kind, value in zip(kinds, md5, strict=True)
    )
    digest = "sha256:fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e"
    return IdxSet(
        title,
        "Cohen, Afshar, Tapson, van Schaik 2017, arXiv 1702.05373",
        files,
        counts,
        names,
        (
            "https://biometrics.nist.gov/cs_links/EMNIST",
            "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST",
        ),
        562,
        first=1 if split == "letters" else 0,
        transposed=True,
        archive=("gzip.zip", digest),
    )


IDX_SETS: Mapping[str, IdxSet] = {
    "fashion-mnist": _FASHION,
    "kmnist": _KMNIST,
    "emnist-balanced": _emnist(
        "balanced",
        "handwritten digits and letters, as many of each",
        (112_800, 18_800),
        _MERGED,
        (
            "4041b0d6f15785d3fa35263901b5496b",
            "7a35cc7b2b7ee7671eddf028570fbd20",
            "6818d20fe2ce1880476f747bbc80b22b",
            "acd3694070dcbf620e36670519d4b32f",
        ),
    ),
    "emnist-letters": _emnist(
        "letters",
        "handwritten letters, capital and small in one class",
        (124_800, 20_800),
        _SMALL,
        (
            "8795078f199c478165fe18db82625747",
            "c16de4f1848ddcdddd39ab65d2a7be52",
            "382093a19703f68edac6d01b8dfdfcad",
            "d4108920cd86601ec7689a97f2de7f59",
        ),
    ),
    "emnist-digits": _emnist(
        "digits",
        "handwritten digits",
        (240_000, 40_000),
        _DIGITS,
        (
            "d2662ecdc47895a6bbfce25de9e9a677",
            "2223fcfee618ac9c89ef20b6e48bcf9e",
            "a159b8b3bd6ab4ed4793c1cb71a2f5cc",
            "8afde66ea51d865689083ba6bb779fac",
        ),
    ),
    "emnist-mnist": _emnist(
        "mnist",
        "handwritten digits, as many as in MNIST",
        (60_000, 10_000),
        _DIGITS,
        (
            "3663598a39195d030895b6304abb5065",
            "6c092f03c9bb63e678f80f8bc605fe37",
            "fb51b6430fc4dd67deaada1bf25d4524",
            "ae7f6be798a9a5d5f2bd32e078a402dd",
        ),
    ),
    "emnist-byclass": _emnist(
        "byclass",
        "handwritten digits and letters, unbalanced",
        (697_932, 116_323),
        _ALL,
        (
            "712dda0bd6f00690f32236ae4325c377",
            "ee299a3ee5faf5c31e9406763eae7e43",
            "1435209e34070a9002867a9ab50160d7",
            "7a0f934bd176c798ecba96b36fda6657",
        ),
    ),
    "emnist-bymerge": _emnist(
        "bymerge",
        "the same, letters with forms alike in one class",
        (697_932, 116_323),
        _MERGED,
        (
            "4a792d4df261d7e1ba27979573bf53f3",
            "491be69ef99e1ab1f5b7f9ccc908bb26",
            "8eb5d34c91f1759a55831c37ec2a283f",
            "c13f4cd5211cdba1b8fa992dae2be992",
        ),
    ),
}
