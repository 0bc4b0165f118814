"""One neuron, and gradient descent."""

from pellucid.lab.neuron import (
    batch_inference,
    gradient_descent_bowl,
    house_price,
    logistic_regression,
    rank_one_arrays,
    vector_or_loop,
)

EXPERIMENTS = (
    house_price,
    gradient_descent_bowl,
    logistic_regression,
    vector_or_loop,
    rank_one_arrays,
    batch_inference,
)
