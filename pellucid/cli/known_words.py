"""Which weights can be kept, and what of optimizers the command line sets."""

KEEPS = ("best", "last")  # as in pellucid.train.options, which takes long to load
OPTIMIZER_OPTIONS = ("learning_rate", "l1", "l2", "weight_decay")
