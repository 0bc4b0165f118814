"""The pairs of a walk over memory and a reader: which there are, and which cannot be.

PAIRS           all that random programs must meet
IMPOSSIBLE      those that cannot be, each with the reason
RARE            those that can be, but in so few shapes that nobody asks for them
"""

from executors.native.readers import READERS
from executors.native.walks import WALKS

Pair = tuple[str, str]

# Which walks some readers never meet, and why.
_ONE_AXIS = {"whole", "known number", "stretched throughout", "reversed inside", "stepped", "cut"}
_PRODUCTS = [f"{kind}, left" for kind in ("tiles", "inner products", "swapped", "blocks")]
_ANY_STRIDES = {*list(READERS)[:5], *_PRODUCTS, *(n.replace("left", "right") for n in _PRODUCTS)}
_RULES: tuple[tuple[str, set[str], set[str]], ...] = (
    (
        "a batch stays in its data only where products alone read it, on their left",
        {"rows anywhere"},
        set(READERS) - set(_PRODUCTS),
    ),
    (
        "rows are set apart only where loops and products alone read them",
        {"rows apart"},
        set(READERS) - _ANY_STRIDES - {"after a product"},
    ),
    (
        "rows are copied whole only between buffers that are whole",
        set(WALKS) - {"whole", "one element", "known number", "nothing", "axes of 1", "reshaped"},
        {"rows taken from", "rows taken by"},
    ),
    (
        "only data as they were handed in stay in their place",
        set(WALKS) - {"whole", "axes of 1"},
        {"left in place, data"},
    ),
    (
        "the rows of a batch are a list of two at least",
        set(WALKS) - _ONE_AXIS - {"reshaped"},
        {"left in place, by"},
    ),
    ("a key is two words along one axis", set(WALKS) - _ONE_AXIS, {"random key"}),
    ("a draw is one number", set(WALKS) - {"one element", "known number"}, {"random draw"}),
    (
        "what is written over a variable is a buffer: what is seen otherwise is copied before",
        set(WALKS) - {"whole", "one element", "nothing", "axes of 1"},
        {"written back"},
    ),
    (
        "a product with one column is a sum",
        {"one element"},
        {"after a product", *(name.replace("left", "right") for name in _PRODUCTS)},
    ),
    (
        "one element reduced to one is no reduction: nothing is along lanes or across",
        {"one element"},
        {"reduction along lanes", "reduction across lanes", "after a reduction across lanes"},
    ),
    (
        "a product of nothing has no tiles, and counts as one of tiles",
        {"nothing"},
        {f"{kind}, {side}" for kind in ("inner products", "swapped", "blocks")
         for side in ("left", "right")},
    ),
    (
        "inner products read the left side as lines along k, of more than one element",
        {"one element", "known number", "stretched inside", "stretched throughout",
         "reversed inside", "stepped"},
        {"inner products, left"},
    ),
    (
        "vectors down the rows read neighbours there",
        {"known number", "stretched throughout", "stepped"},
        {"swapped, left"},
    ),
    (
        "blocks are for matrices that lie transposed, their lines far apart",
        {"one element", "known number", "stretched inside", "stretched throughout",
         "reversed inside", "stepped"},
        {"blocks, left"},
    ),
    (
        "a convolution of nothing is called back",
        {"nothing"},
        {f"convolution by {way}, {x}" for way in ("samples", "channels") for x in "xw"},
    ),
    (
        "a convolution of nothing has no tiles",
        {"nothing"},
        {"fast convolution, x", "fast gradient, x", "fast gradient, dy"},
    ),
    (
        "a gradient in tiles is of more than 3 x 3 places",
        {"one element"},
        {"fast gradient, dy"},
    ),
    (
        "by channels a kernel has more places than one",
        {"one element"},
        {"convolution by channels, w"},
    ),
)  # fmt: skip
# Those that can be, but only in few shapes: they are counted, not asked for.
_SELDOM = "where k is 1, or in a batch, for the few shapes where that is estimated to cost least"
RARE: dict[Pair, str] = {
    (walk, reader): _SELDOM
    for reader in ("swapped, left", "blocks, left")
    for walk in ("whole", "one element", "axes of 1", "stretched outside", "reversed outside",
                 "overlapping", "cut", "reshaped", "rows anywhere", "rows apart")
    if (walk, reader) not in {("one element", "blocks, left"), ("rows anywhere", "swapped, left"),
                              ("rows apart", "swapped, left")}
} | {("one element", "fast gradient, x"): "where zeros are around it"}  # fmt: skip
IMPOSSIBLE: dict[Pair, str] = {
    (walk, reader): why for why, walks, readers in _RULES for walk in walks for reader in readers
}

PAIRS: tuple[Pair, ...] = tuple(
    (walk, reader)
    for reader in READERS
    for walk in WALKS
    if (walk, reader) not in IMPOSSIBLE | RARE
)
