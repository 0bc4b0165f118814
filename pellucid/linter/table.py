"""The checks of the linter: all of them, each once.

Check     one: name, severity, whether it is quick, a sentence, and what looks
CHECKS    the list, written out
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pellucid.linter import (
    data_checks,
    layer_checks,
    loss_checks,
    parameter_checks,
    start_checks,
    target_checks,
)
from pellucid.linter.findings import ERROR, NOTE, WARNING, Finding, Told
from pellucid.linter.subject import Subject


@dataclass(frozen=True)
class Check:
    """One check. `quick`: made before every training too; the others run or read much.

    `severity`: of what it finds, where it does not say another itself.
    """

    name: str
    severity: str
    quick: bool
    sentence: str
    look: Callable[[Subject], Iterator[Told]]

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """What it finds."""
        for told in self.look(subject):
            severity = told.severity or self.severity
            yield Finding(self.name, severity, told.what, told.where, told.why, told.remedy)


QUICK, COSTLY = True, False

CHECKS: tuple[Check, ...] = (
    # the loss
    Check(
        "softmax-before-cross-entropy",
        ERROR,
        QUICK,
        "Softmax of the scores before a loss that takes softmax itself.",
        loss_checks.softmax_first,
    ),
    Check(
        "sigmoid-before-logits-loss",
        ERROR,
        QUICK,
        "A sigmoid of the scores before a loss that takes scores.",
        loss_checks.sigmoid_first,
    ),
    Check(
        "activation-before-logits-loss",
        WARNING,
        QUICK,
        "Relu or tanh behind the last layer, before a loss that takes scores.",
        loss_checks.cut_logits,
    ),
    Check(
        "log-of-softmax",
        WARNING,
        QUICK,
        "The logarithm of a softmax or sigmoid that was rounded before.",
        loss_checks.log_of_softmax,
    ),
    Check(
        "samples-against-samples",
        ERROR,
        QUICK,
        "(N,) and (N, 1) in a loss, which broadcast to (N, N).",
        target_checks.broadcast,
    ),
    Check(
        "class-ids-as-numbers",
        ERROR,
        QUICK,
        "Numbers of more than two classes that are subtracted, multiplied or divided.",
        target_checks.ids_as_numbers,
    ),
    Check(
        "sum-over-batch",
        WARNING,
        QUICK,
        "A loss that is a sum over the batch, so that steps grow with its size.",
        loss_checks.summed,
    ),
    # layers
    Check(
        "bias-before-norm",
        NOTE,
        QUICK,
        "A bias whose mean a norm behind it takes away.",
        layer_checks.bias_before_norm,
    ),
    Check(
        "no-activation-between",
        WARNING,
        QUICK,
        "Two affine layers without an activation between them: they are one.",
        layer_checks.linear_chain,
    ),
    Check(
        "wrong-mode",
        WARNING,
        QUICK,
        "Dropout or batch norm in another mode than the model, or than training needs.",
        layer_checks.modes,
    ),
    Check(
        "random-in-inference",
        WARNING,
        COSTLY,
        "Random numbers in what the model says in inference mode.",
        layer_checks.always_random,
    ),
    Check(
        "norm-of-one-sample",
        ERROR,
        QUICK,
        "Batch norm where a batch, or the last of an epoch, has one sample.",
        layer_checks.norm_of_one,
    ),
    # parameters
    Check(
        "unreached-parameter",
        ERROR,
        QUICK,
        "Parameters that the loss does not depend on, or through no gradient.",
        parameter_checks.unreached,
    ),
    Check(
        "unheld-parameter",
        NOTE,
        QUICK,
        "Parameters of the model that no optimizer updates.",
        parameter_checks.unheld,
    ),
    Check(
        "foreign-parameter",
        ERROR,
        QUICK,
        "Parameters that the optimizer holds and that the loss does not read.",
        parameter_checks.foreign_parameters,
    ),
    Check(
        "updated-twice",
        ERROR,
        QUICK,
        "One parameter that is held twice, and updated twice.",
        parameter_checks.shared_twice,
    ),
    Check(
        "penalty-on-biases",
        NOTE,
        QUICK,
        "L1, L2 or decay of biases, or of the scales and shifts of norms.",
        parameter_checks.penalised,
    ),
    Check(
        "penalised-twice",
        WARNING,
        QUICK,
        "Weights that two penalties are for.",
        parameter_checks.penalised_twice,
    ),
    # data
    Check(
        "inputs-not-scaled",
        WARNING,
        QUICK,
        "Features far from about 1 that a layer multiplies as they are.",
        data_checks.unscaled,
    ),
    Check(
        "targets-not-scaled",
        WARNING,
        QUICK,
        "Numbers to be predicted that are far larger than 1.",
        data_checks.targets_unscaled,
    ),
    Check(
        "constant-feature",
        NOTE,
        COSTLY,
        "Features that are the same in every sample.",
        data_checks.constant,
    ),
    Check(
        "duplicated-feature",
        NOTE,
        COSTLY,
        "Features that are equal to another in every sample.",
        data_checks.duplicated,
    ),
    Check(
        "validation-seen",
        WARNING,
        QUICK,
        "Samples of the validation set that are trained on.",
        data_checks.seen_before,
    ),
    Check(
        "test-seen",
        ERROR,
        QUICK,
        "Samples of the test set that are trained on.",
        data_checks.test_seen,
    ),
    Check(
        "missing-class",
        WARNING,
        QUICK,
        "Classes that a part of the data has no sample of.",
        data_checks.missing_class,
    ),
    Check(
        "equal-targets",
        ERROR,
        QUICK,
        "Targets that are all the same.",
        data_checks.one_class,
    ),
    Check(
        "one-hot-as-numbers",
        NOTE,
        QUICK,
        "One-hot rows that a loss of numbers is taken of.",
        data_checks.one_hot_numbers,
    ),
    # the start
    Check(
        "loss-not-finite",
        ERROR,
        COSTLY,
        "A loss that is nan or inf before the first step.",
        start_checks.runs_at_all,
    ),
    Check(
        "loss-far-from-guess",
        WARNING,
        COSTLY,
        "A loss that starts at more than five times that of the uniform guess.",
        start_checks.far_from_guess,
    ),
    Check(
        "signals-fade",
        WARNING,
        COSTLY,
        "Signals that all but vanish from the first layer to the last.",
        start_checks.fading,
    ),
    Check(
        "signals-explode",
        WARNING,
        COSTLY,
        "Signals that grow a thousandfold from the first layer to the last.",
        start_checks.growing,
    ),
    Check(
        "gradients-fade",
        WARNING,
        COSTLY,
        "Gradients of one layer's weights far below those of another.",
        start_checks.fading_back,
    ),
    Check(
        "dead-units",
        WARNING,
        COSTLY,
        "Relus that are off for every sample of a batch.",
        start_checks.dead_units,
    ),
    Check(
        "saturated-units",
        WARNING,
        COSTLY,
        "Sigmoids and tanhs that are given numbers where they are flat.",
        start_checks.saturated,
    ),
    Check(
        "samples-mixed",
        WARNING,
        COSTLY,
        "Answers that depend on the other samples of a batch in inference mode.",
        start_checks.looks_sideways,
    ),
)
