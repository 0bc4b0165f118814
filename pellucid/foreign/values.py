"""Names that stand for losses, measures and optimizers elsewhere; pellucid takes the things.

VALUES    by what is named, and name: a line of code that runs, and behind `#` why
"""

_CROSS_ENTROPY = "pc.functional.cross_entropy  # the function itself, without brackets"
_BINARY = "pc.functional.binary_cross_entropy  # of scores, before any sigmoid"
_SQUARED = "pc.functional.mean_squared_error  # the function itself, without brackets"
_ABSOLUTE = "pc.functional.mean_absolute_error  # the function itself, without brackets"

_LOSSES = {
    "bce": _BINARY,
    "binary_cross_entropy": _BINARY,
    "binary_crossentropy": _BINARY,
    "categorical_crossentropy": _CROSS_ENTROPY,
    "ce": _CROSS_ENTROPY,
    "cross_entropy": _CROSS_ENTROPY,
    "crossentropy": _CROSS_ENTROPY,
    "hinge": "pc.functional.hinge_loss",
    "huber": "pc.functional.huber_loss",
    "l1": _ABSOLUTE,
    "log_loss": _CROSS_ENTROPY,
    "mae": _ABSOLUTE,
    "mean_absolute_error": _ABSOLUTE,
    "mean_squared_error": _SQUARED,
    "mse": _SQUARED,
    "nll": _CROSS_ENTROPY,
    "sparse_categorical_crossentropy": _CROSS_ENTROPY,
    "squared_error": _SQUARED,
}
_METRICS = {
    "acc": "pc.train.Options(metrics=(pc.train.Accuracy(),))",
    "accuracy": "pc.train.Options(metrics=(pc.train.Accuracy(),))",
    "auc": "pc.train.Options(metrics=(pc.train.RocAuc(),))",
    "loss": "pc.train.Options(metrics=())  # the loss is always measured",
    "mae": "pc.train.Options(metrics=(pc.train.AbsoluteError(),))",
    "roc_auc": "pc.train.Options(metrics=(pc.train.RocAuc(),))",
    "mean_absolute_error": "pc.train.Options(metrics=(pc.train.AbsoluteError(),))",
}
_OPTIMIZERS = {
    "adadelta": "pc.optim.Adadelta(model.parameters())",
    "adagrad": "pc.optim.AdaGrad(model.parameters())",
    "adam": "pc.optim.Adam(model.parameters())",
    "adamax": "pc.optim.Adamax(model.parameters())",
    "adamw": "pc.optim.AdamW(model.parameters())",
    "lamb": "pc.optim.LAMB(model.parameters())",
    "lbfgs": "pc.optim.LBFGS(model.parameters())",
    "lion": "pc.optim.Lion(model.parameters())",
    "muon": "pc.optim.Muon(model.parameters())",
    "nadam": "pc.optim.NAdam(model.parameters())",
    "radam": "pc.optim.RAdam(model.parameters())",
    "rmsprop": "pc.optim.RMSProp(model.parameters())",
    "sgd": "pc.optim.SGD(model.parameters(), learning_rate=0.1)",
}

VALUES: dict[str, dict[str, str]] = {
    "loss": _LOSSES,
    "metric": _METRICS,
    "optimizer": _OPTIMIZERS,
}
