"""The checks that are made before every training: they read a graph, and a part of the data.

QUICK    all of them
"""

from pellucid.linter.check import Check
from pellucid.linter.class_checks import missing_class, one_class, one_hot_numbers
from pellucid.linter.data_checks import (
    seen_before,
    targets_unscaled,
    test_seen,
    unscaled,
)
from pellucid.linter.findings import ERROR, NOTE, WARNING
from pellucid.linter.layer_checks import bias_before_norm, linear_chain, modes, norm_of_one
from pellucid.linter.loss_checks import (
    cut_logits,
    dropped_scores,
    log_of_softmax,
    sigmoid_first,
    softmax_first,
)
from pellucid.linter.parameter_checks import (
    foreign_parameters,
    penalised,
    penalised_twice,
    shared_twice,
    unheld,
    unreached,
)
from pellucid.linter.reduction_checks import negated, scaled, summed
from pellucid.linter.target_checks import broadcast, ids_as_numbers

QUICK: tuple[Check, ...] = (
    Check(
        "softmax-before-cross-entropy",
        ERROR,
        "Softmax of the scores before a loss that takes softmax itself.",
        softmax_first,
    ),
    Check(
        "sigmoid-before-logits-loss",
        ERROR,
        "A sigmoid of the scores before a loss that takes scores.",
        sigmoid_first,
    ),
    Check(
        "activation-before-logits-loss",
        WARNING,
        "Relu or tanh behind the last layer, before a loss that takes scores.",
        cut_logits,
    ),
    Check(
        "log-of-softmax",
        WARNING,
        "The logarithm of a softmax or sigmoid that was rounded before.",
        log_of_softmax,
    ),
    Check(
        "samples-against-samples",
        ERROR,
        "(N,) and (N, 1) in a loss, which broadcast to (N, N).",
        broadcast,
    ),
    Check(
        "class-ids-as-numbers",
        WARNING,
        "Numbers of more than two classes that are subtracted, multiplied or divided.",
        ids_as_numbers,
    ),
    Check(
        "sum-over-batch",
        WARNING,
        "A loss that is a sum over the batch, so that steps grow with its size.",
        summed,
    ),
    Check(
        "scaled-loss",
        WARNING,
        "A loss that is many times the mean over the batch.",
        scaled,
    ),
    Check(
        "negated-loss",
        WARNING,
        "A loss with a minus before it, which training makes large.",
        negated,
    ),
    Check(
        "dropout-of-scores",
        NOTE,
        "Dropout behind the last layer, before a loss that takes scores.",
        dropped_scores,
    ),
    Check(
        "bias-before-norm",
        NOTE,
        "A bias whose mean a norm behind it takes away.",
        bias_before_norm,
    ),
    Check(
        "no-activation-between",
        WARNING,
        "Two affine layers without an activation between them: they are one.",
        linear_chain,
    ),
    Check(
        "wrong-mode",
        WARNING,
        "Dropout or batch norm in another mode than the model, or than training needs.",
        modes,
    ),
    Check(
        "norm-of-one-sample",
        ERROR,
        "Batch norm where a batch, or the last of an epoch, has one sample.",
        norm_of_one,
    ),
    Check(
        "unreached-parameter",
        WARNING,
        "Parameters that the loss does not depend on, or through no gradient.",
        unreached,
    ),
    Check(
        "unheld-parameter",
        NOTE,
        "Parameters of the model that no optimizer updates.",
        unheld,
    ),
    Check(
        "foreign-parameter",
        ERROR,
        "Parameters that the optimizer holds and that the loss does not read.",
        foreign_parameters,
    ),
    Check(
        "updated-twice",
        ERROR,
        "One parameter that is held twice, and updated twice.",
        shared_twice,
    ),
    Check(
        "penalty-on-biases",
        NOTE,
        "L1, L2 or decay of biases, or of the scales and shifts of norms.",
        penalised,
    ),
    Check(
        "penalised-twice",
        WARNING,
        "Weights that two penalties are for.",
        penalised_twice,
    ),
    Check(
        "inputs-not-scaled",
        WARNING,
        "Features far from about 1 that a layer multiplies as they are.",
        unscaled,
    ),
    Check(
        "targets-not-scaled",
        WARNING,
        "Numbers to be predicted that are far larger than 1.",
        targets_unscaled,
    ),
    Check(
        "validation-seen",
        WARNING,
        "Samples of the validation set that are trained on.",
        seen_before,
    ),
    Check(
        "test-seen",
        ERROR,
        "Samples of the test set that are trained on.",
        test_seen,
    ),
    Check(
        "missing-class",
        WARNING,
        "Classes that a part of the data has no sample of.",
        missing_class,
    ),
    Check(
        "equal-targets",
        ERROR,
        "Targets that are all the same.",
        one_class,
    ),
    Check(
        "one-hot-as-numbers",
        NOTE,
        "One-hot rows that a loss of numbers is taken of.",
        one_hot_numbers,
    ),
)
