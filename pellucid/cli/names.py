"""The names of models, optimizers, activations and initial values, for options.

Written out, as importing the modules that define them takes longer than `--help` should; a test
holds these lists equal to the registries.
"""

MODEL_NAMES = ("mlp", "two-layer-net", "l-layer", "logistic-regression")
OPTIMIZER_NAMES = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")
ACTIVATION_NAMES = (
    "relu",
    "leaky_relu",
    "elu",
    "gelu",
    "silu",
    "softplus",
    "tanh",
    "sigmoid",
    "identity",
)
INIT_NAMES = (
    "auto",
    "he",
    "xavier",
    "lecun",
    "orthogonal",
    "normal",
    "standard_normal",
    "zeros",
)
