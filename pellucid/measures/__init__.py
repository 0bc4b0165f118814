"""Measures: numbers that judge, where losses train. NumPy in, plain numbers or arrays out.

Information       self_information, entropy, cross_entropy, kl_divergence, js_divergence,
                  mutual_information, information_gain; Information, a float with its unit
Clustering        rand_index, adjusted_rand_index, normalized_mutual_information,
                  adjusted_mutual_information; pair_counts, PairCounts
Classes           accuracy, confusion_matrix, precision, recall, f1;
                  classification_report, ClassificationReport: all of it, class by class
Scores            top_k_accuracy, roc_curve, roc_auc, calibration, expected_calibration_error
Numbers           r2
Fit               fit_diagnosis, FitDiagnosis: bias, variance, and what helps

What is true comes first, then what was predicted, as in scikit-learn. Measures that run inside
training, batch by batch, are in `pellucid.train`.
"""

from pellucid.measures.classification import accuracy, confusion_matrix, f1, precision, recall
from pellucid.measures.clustering import (
    PairCounts,
    adjusted_mutual_information,
    adjusted_rand_index,
    normalized_mutual_information,
    pair_counts,
    rand_index,
)
from pellucid.measures.fit import FitDiagnosis, fit_diagnosis
from pellucid.measures.information import (
    Information,
    cross_entropy,
    entropy,
    information_gain,
    js_divergence,
    kl_divergence,
    mutual_information,
    self_information,
)
from pellucid.measures.per_class import ClassificationReport, classification_report
from pellucid.measures.regression import r2
from pellucid.measures.scores import (
    Calibration,
    RocCurve,
    calibration,
    expected_calibration_error,
    roc_auc,
    roc_curve,
    top_k_accuracy,
)

__all__ = [
    "Calibration",
    "ClassificationReport",
    "FitDiagnosis",
    "Information",
    "PairCounts",
    "RocCurve",
    "accuracy",
    "adjusted_mutual_information",
    "adjusted_rand_index",
    "calibration",
    "classification_report",
    "confusion_matrix",
    "cross_entropy",
    "entropy",
    "expected_calibration_error",
    "f1",
    "fit_diagnosis",
    "information_gain",
    "js_divergence",
    "kl_divergence",
    "mutual_information",
    "normalized_mutual_information",
    "pair_counts",
    "precision",
    "r2",
    "rand_index",
    "recall",
    "roc_auc",
    "roc_curve",
    "self_information",
    "top_k_accuracy",
]
