"""The optimizers by name, and what of them the command line sets; which weights can be kept."""

from pellucid.optim import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSProp

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}

KEEPS = ("best", "last")  # as in pellucid.train.options, which takes long to load
OPTIMIZER_OPTIONS = ("learning_rate", "l1", "l2", "weight_decay")
