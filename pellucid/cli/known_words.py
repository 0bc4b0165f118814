"""The values of `--keep` and `--average`, and the options that belong to the optimizer."""

KEEPS = ("best", "last")  # as in pellucid.train.options, which takes long to load
AVERAGES = ("exponential", "uniform")
OPTIMIZER_OPTIONS = ("learning_rate", "l1", "l2", "weight_decay")
