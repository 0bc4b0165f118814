"""Options that other libraries call otherwise, whichever function takes them.

SYNONYMS    by library and word: our words, of which a function may take one; `a=1` with a value
"""

_AXIS = ("axis", "axes")
_INPUT = (
    "x", "x1", "logits", "prediction", "log_prediction", "probabilities", "scores", "data", "obj",
)  # fmt: skip
_PREDICTED = (
    "predicted", "prediction", "outputs", "log_prediction", "logits", "scores", "probabilities",
    "p",
)  # fmt: skip
_SEED = ("seed", "rng=pc.Generator(seed=0)")
_TRUE = ("true", "target", "targets", "log_target")

_TORCH = {
    "T_max": ("steps",),
    "attn_mask": ("mask",),
    "beta": ("delta",),
    "callable": ("function",),
    "chunks": ("count",),
    "diagonal": ("k",),
    "dim": _AXIS,
    "dims": (*_AXIS, "repetitions"),
    "end": ("stop",),
    "eta_min": ("final",),
    "func": ("function",),
    "gamma": ("factor",),
    "generator": _SEED,
    "index": ("indices",),
    "input": _INPUT,
    "input_size": ("input_shapes",),
    "kernel_size": ("window",),
    "keepdim": ("keepdims",),
    "max_epochs": ("epochs",),
    "max_lr": ("learning_rate",),
    "n": ("n_rows",),
    "negative_slope": ("slope",),
    "num_classes": ("classes",),
    "other": ("x2", "b"),
    "pos_weight": ("class_weights=[1.0, 5.0]",),
    "root": ("folder", "path"),
    "shifts": ("shift",),
    "size_average": ('reduction="mean"',),
    "split_size_or_sections": ("count",),
    "step_size": ("every",),
    "steps": ("num",),
    "tensors": ("arrays",),
    "top_k": ("k",),
    "total_steps": ("steps",),
    "unbiased": ("correction=1.0",),
    "weight": ("class_weights",),
}
_NUMPY = {
    "N": ("n_rows",),
    "a": _INPUT,
    "a_max": ("max",),
    "a_min": ("min",),
    "arr": _INPUT,
    "array": _INPUT,
    "ddof": ("correction",),
    "indices_or_sections": ("count",),
    "newshape": ("shape",),
    "object": ("data", "obj"),
    "reps": ("repetitions",),
    "size": ("shape",),
    "tup": ("arrays",),
}
_KERAS = {
    "alpha": ("slope",),
    "decay_rate": ("factor",),
    "decay_steps": ("steps", "every"),
    "depth": ("classes",),
    "epsilon": ("delta",),
    "filepath": ("path", "file", "folder"),
    "initial_learning_rate": ("learning_rate",),
    "inputs": ("x",),
    "multiples": ("repetitions",),
    "nb_epoch": ("epochs",),
    "num_or_size_splits": ("count",),
    "perm": _AXIS,
    "pool_size": ("window",),
    "rate": ("ratio",),
    "seed": ("rng=pc.Generator(seed=0)",),
    "strides": ("stride",),
    "tensor": _INPUT,
    "values": ("arrays",),
    "y_pred": _PREDICTED,
    "y_true": _TRUE,
}
_SKLEARN = {
    "X": ("features", "x"),
    "labels": ("classes", "target"),
    "labels_pred": ("predicted",),
    "labels_true": ("true",),
    "multi_class": ("versus",),
    "n_bins": ("bins",),
    "n_samples": ("samples",),
    "pos_label": ("positive",),
    "random_state": _SEED,
    "sample_weight": ("weights",),
    "stratify": ("stratified=True",),
    "test_size": ("fractions=(0.8, 0.2)",),
    "train_size": ("fractions=(0.8, 0.2)",),
    "y": ("labels", "target", "true"),
    "y_prob": ("p", "scores"),
    "y_score": ("scores",),
    "zero_division": ("undefined",),
}

_JAX: dict[str, tuple[str, ...]] = {
    "argnums": ("argument",),
    "fun": ("function",),
    "init": ("initial",),
    "length": ("steps",),
    "xs": ("inputs",),
}

SYNONYMS: dict[str, dict[str, tuple[str, ...]]] = {
    "PyTorch": _TORCH,
    "NumPy": _NUMPY,
    "Keras": _KERAS,
    "scikit-learn": _SKLEARN,
    "JAX": _JAX,
}
