"""Measures: numbers that judge, where losses train. NumPy in, plain numbers or arrays out.

Information       self_information, entropy, cross_entropy, kl_divergence, js_divergence,
                  mutual_information, information_gain; Information, a float with its unit
Clustering        rand_index, adjusted_rand_index, normalized_mutual_information,
                  adjusted_mutual_information; pair_counts, PairCounts
Classes           accuracy, confusion_matrix, precision, recall, f1;
                  classification_report, ClassificationReport: all of it, class by class
Scores            top_k_accuracy, roc_curve, roc_auc, calibration, expected_calibration_error
Calibration       best_temperature, tempered, best_threshold, log_loss
Numbers           r2
Fit               fit_diagnosis, FitDiagnosis: bias, variance, and what helps

What is true comes first, then what was predicted, as in scikit-learn. Measures that run inside
training, batch by batch, are in `pellucid.train`.
"""

from typing import TYPE_CHECKING

from pellucid.measures.classification import (
    accuracy as accuracy,
    confusion_matrix as confusion_matrix,
    f1 as f1,
    precision as precision,
    recall as recall,
)
from pellucid.measures.clustering import (
    PairCounts as PairCounts,
    adjusted_mutual_information as adjusted_mutual_information,
    adjusted_rand_index as adjusted_rand_index,
    normalized_mutual_information as normalized_mutual_information,
    pair_counts as pair_counts,
    rand_index as rand_index,
)
from pellucid.measures.fit import (
    FitDiagnosis as FitDiagnosis,
    fit_diagnosis as fit_diagnosis,
)
from pellucid.measures.information import (
    Information as Information,
    cross_entropy as cross_entropy,
    entropy as entropy,
    information_gain as information_gain,
    js_divergence as js_divergence,
    kl_divergence as kl_divergence,
    mutual_information as mutual_information,
    self_information as self_information,
)
from pellucid.measures.per_class import (
    ClassificationReport as ClassificationReport,
    classification_report as classification_report,
)
from pellucid.measures.regression import r2 as r2
from pellucid.measures.scores import (
    Calibration as Calibration,
    RocCurve as RocCurve,
    calibration as calibration,
    expected_calibration_error as expected_calibration_error,
    roc_auc as roc_auc,
    roc_curve as roc_curve,
    top_k_accuracy as top_k_accuracy,
)
from pellucid.on_use import on_use

if TYPE_CHECKING:  # and loaded when first asked for
    from pellucid.measures.tempering import (
        best_temperature as best_temperature,
        best_threshold as best_threshold,
        log_loss as log_loss,
        tempered as tempered,
    )

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_use(__name__)
