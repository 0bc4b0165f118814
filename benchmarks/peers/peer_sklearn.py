"""scikit-learn as a contender: its MLPClassifier, one `partial_fit` for each batch."""

from collections.abc import Sequence

import numpy as np

from pellucid.bench.contender import Contender
from pellucid.bench.workloads import Problem


def contenders(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    """One form, for the networks that it can build: ReLU classifiers without batch norm."""
    del threads
    workload = problem.workload
    if workload.network or workload.batch_norm or workload.loss != "cross_entropy":
        return []
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        workload.sizes[1:-1],
        solver=workload.optimizer,
        alpha=0.0,
        batch_size=workload.batch,
        learning_rate_init=workload.learning_rate,
        momentum=0.0,
        nesterovs_momentum=False,
    )
    classes = np.arange(workload.sizes[-1])
    first = slice(0, workload.batch)
    model.partial_fit(problem.features[first], problem.labels[first], classes=classes)
    model.coefs_ = [w.copy() for w, _ in problem.weights]
    model.intercepts_ = [b.copy() for _, b in problem.weights]
    # The optimizer holds the arrays that it updates: it must begin again with these.
    del model._optimizer
    model.t_, model.n_iter_ = 0, 0

    def run(steps: int) -> float:
        rows = problem.batches(steps)
        if rows is None:
            raise AssertionError("its workloads have batches")
        for row in rows:
            model.partial_fit(problem.features[row], problem.labels[row])
        return float(model.loss_)

    return [Contender("sklearn", "partial_fit", run)]
