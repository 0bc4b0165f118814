"""The values of `--keep`, `--average` and others; the options that belong to the optimizer."""

KEEPS = ("best", "last")  # as in pellucid.train.options, which takes long to load
PRECISIONS = ("float32", "bfloat16")  # as in pellucid.precision, likewise
AVERAGES = ("exponential", "uniform")
STATISTICS = ("averaged", "recomputed")
MIXINGS = ("cutmix", "mixup")
NOT_FINITE = ("stop", "skip", "go-back")
OPTIMIZER_OPTIONS = ("learning_rate", "l1", "l2", "weight_decay")
SCHEDULES = (
    "constant",
    "step-decay",
    "exponential-decay",
    "cosine-decay",
    "cosine-restarts",
    "inverse-square-root",
    "linear-decay",
    "one-cycle",
    "polynomial-decay",
)
