"""Names of other libraries' packages: torch, torch.nn, keras.layers, numpy and their like.

NAMES    by package, library and word: a line of code that runs, and behind `#` why

In the lines x and y are tensors, scores one row of outputs a sample, labels the classes.
"""

from pellucid.foreign.attributes import ONE_PLACE, Words

_SEEDED = "pc.Generator(seed=0)"
_MODEL_SEED = f"model.seeded(0)  # or a layer's rng={_SEEDED}: there is no hidden random state"
_FUNCTION = "  # a function: there is nothing to be made first"
_SCORES = f"pc.functional.cross_entropy(scores, labels){_FUNCTION}; scores before any softmax"
_ALIGNED = "pc.functional.ctc_loss(scores.expand_dims(1), labels.reshape(2, 1))"
_NORMAL = "pc.functional.gaussian_loss(x[:, :2], y[:, 0])  # means and logarithms of variances"
_TRIPLET = 'pc.functional.triplet_loss(x, y, x, distance="euclidean")'
_FIT = "pc.train.Trainer(model, pc.functional.cross_entropy, optimizer, samples).fit(epochs=5)"
_LIST = "# assign a plain list, self.layers = [...]: a module keeps it, as a tuple"
_AFTER = "pc.nn.ReLU()  # a layer of its own"

_TORCH = {
    "FloatTensor": "pc.tensor([1.0, 2.0])",
    "LongTensor": "pc.tensor([1, 2])",
    "allclose": "np.allclose(x, y)",
    "argwhere": "pc.nonzero(x)",
    "as_tensor": "pc.tensor([1.0, 2.0])",
    "autograd": "pc.grad(lambda x: (x * x).sum())(x)",
    "bmm": "x @ y.mT",
    "cat": "pc.concat([x, y], axis=0)",
    "chunk": "pc.split(x, 3, axis=1)",
    "clamp": "pc.clip(x, 0.0, 1.0)",
    "cuda": ONE_PLACE,
    "cumprod": "pc.cumulative_prod(x, axis=0)",
    "cumsum": "pc.cumulative_sum(x, axis=0)",
    "device": ONE_PLACE,
    "div": "pc.divide(x, y)",
    "dot": "pc.vecdot(x, y)",
    "eq": "pc.equal(x, y)",
    "from_numpy": "pc.tensor(np.ones((2, 3), np.float32))",
    "gather": "pc.take_along_axis(x, i, axis=1)",
    "ge": "pc.greater_equal(x, y)",
    "gt": "pc.greater(x, y)",
    "inference_mode": "model.predictor()(x)  # inference mode, compiled, without a history",
    "le": "pc.less_equal(x, y)",
    "lt": "pc.less(x, y)",
    "manual_seed": _MODEL_SEED,
    "mm": "pc.matmul(x, y.T)",
    "mul": "pc.multiply(x, y)",
    "ne": "pc.not_equal(x, y)",
    "neg": "pc.negative(x)",
    "no_grad": "model.predictor()(x)  # without a history; of one tensor: x.stop_gradient()",
    "norm": "(x * x).sum().sqrt()",
    "numel": "x.size",
    "permute": "pc.permute_dims(x, (1, 0))",
    "rand": f"{_SEEDED}.uniform(0.0, 1.0, (2, 3))",
    "randint": f"pc.floor({_SEEDED}.uniform(0.0, 10.0, (2, 3)))",
    "randn": f"{_SEEDED}.normal(0.0, 1.0, (2, 3))",
    "randperm": "pc.data.permutation(10, seed=0, epoch=0)",
    "rsqrt": "1.0 / pc.sqrt(x)",
    "seed": _MODEL_SEED,
    "seed_everything": _MODEL_SEED,
    "sub": "pc.subtract(x, y)",
    "swapaxes": "x.mT",
    "topk": "pc.sort(x, axis=-1, descending=True)[:, :2]",
    "unbind": "pc.unstack(x)",
    "unsqueeze": "pc.expand_dims(x, axis=0)",
    "utils": "pc.data.from_arrays([[0.0], [1.0]], [0, 1])  # data sets and batches: pc.data",
    "view": "pc.reshape(x, (-1, 2))",
    "vmap": "pc.stack([row.sum() for row in x])  # or write the function for whole batches",
}
_NUMPY = {
    "append": "pc.concat([x, y], axis=0)",
    "arccos": "pc.acos(x)",
    "arcsin": "pc.asin(x)",
    "arctan": "pc.atan(x)",
    "array": "pc.tensor([1.0, 2.0])",
    "bincount": "pc.one_hot(labels, 3).sum(axis=0)",
    "column_stack": "pc.stack([x, y], axis=1)",
    "concatenate": "pc.concat([x, y], axis=0)",
    "einsum": "pc.tensordot(x, y.T, axes=1)",
    "hstack": "pc.concat([x, y], axis=1)",
    "isclose": "np.isclose(x, y)",
    "ndarray": "pc.Tensor",
    "power": "pc.pow(x, y)",
    "ravel": "x.flatten()",
    "transpose": "x.T",
    "vstack": "pc.concat([x, y], axis=0)",
}
_TENSORFLOW = {
    "GradientTape": "pc.value_and_grad(lambda x: (x * x).sum())(x)",
    "constant": "pc.tensor([1.0, 2.0])",
    "convert_to_tensor": "pc.tensor([1.0, 2.0])",
    "function": "pc.compile(lambda x: x + x)(x)",
    "keras": f"{_FIT}  # layers: pc.nn; data: pc.data",
    "layers": "pc.nn.Linear(3, 4)  # layers: pc.nn",
    "reduce_max": "pc.max(x, axis=0)",
    "reduce_mean": "pc.mean(x, axis=0)",
    "reduce_sum": "pc.sum(x, axis=0)",
    "losses": "pc.functional.cross_entropy(scores, labels)  # losses: pc.functional",
    "metrics": "pc.train.Accuracy()  # measures: pc.train, and pc.measures",
    "optimizers": "pc.optim.Adam(model.parameters())  # optimizers: pc.optim",
    "callbacks": "pc.train.EarlyStopping(patience=5)  # callbacks: pc.train",
    "set_random_seed": _MODEL_SEED,
    "set_seed": _MODEL_SEED,
}
_MODELS = {
    "seeded": _MODEL_SEED,
}
_JAX = {
    "device_put": ONE_PLACE,
    "jacfwd": "pc.jvp(lambda x: x * x, (x,), (y,))",
    "jacrev": "pc.vjp(lambda x: x * x, x)",
    "jit": "pc.compile(lambda x: x + x)(x)",
    "jnp": "pc.exp(x)  # functions of arrays stand in pellucid itself",
    "lax": "pc.scan",
    "numpy": "pc.exp(x)  # functions of arrays stand in pellucid itself",
    "pmap": "pc.set_threads(2)",
}

_TORCH_NN = {
    "AdaptiveAvgPool1d": "pc.nn.GlobalAvgPool1d()",
    "AdaptiveAvgPool2d": "pc.nn.GlobalAvgPool2d()  # one number a channel",
    "BCELoss": "pc.functional.binary_cross_entropy_from_probabilities(p, t)" + _FUNCTION,
    "BCEWithLogitsLoss": "pc.functional.binary_cross_entropy(x, t)" + _FUNCTION,
    "BatchNorm1d": "pc.nn.BatchNorm(3)",
    "BatchNorm2d": "pc.nn.BatchNorm(3)  # channels are the second axis, whatever follows",
    "BatchNorm3d": "pc.nn.BatchNorm(3)",
    "CTCLoss": _ALIGNED + _FUNCTION,
    "CrossEntropyLoss": _SCORES,
    "Dropout1d": "pc.nn.Dropout2d(0.5)  # whole channels",
    "GaussianNLLLoss": _NORMAL,
    "HuberLoss": "pc.functional.huber_loss(x, y)" + _FUNCTION,
    "InstanceNorm2d": "pc.nn.GroupNorm(3, 3)  # as many groups as channels",
    "KLDivLoss": "pc.functional.kl_divergence(logs, logs)" + _FUNCTION,
    "L1Loss": "pc.functional.mean_absolute_error(x, y)" + _FUNCTION,
    "LazyLinear": "pc.nn.Linear(3, 4)  # with its number of inputs",
    "LogSigmoid": "pc.functional.log_sigmoid(x)" + _FUNCTION,
    "MSELoss": "pc.functional.mean_squared_error(x, y)" + _FUNCTION,
    "ModuleDict": _LIST,
    "ModuleList": _LIST,
    "MultiheadAttention": "pc.nn.MultiHeadAttention(4, 2)",
    "NLLLoss": _SCORES,
    "ParameterList": _LIST,
    "PoissonNLLLoss": "pc.functional.poisson_loss(x, t)" + _FUNCTION,
    "SmoothL1Loss": "pc.functional.huber_loss(x, y)" + _FUNCTION,
    "TransformerEncoderLayer": "pc.nn.TransformerBlock(4, 2)",
    "TripletMarginLoss": _TRIPLET + _FUNCTION,
    "functional": "pc.functional.relu(x)",
    "utils": "pc.optim.Adam(model.parameters(), clip=pc.optim.ByGlobalNorm(1.0))  # clipping",
}
_KERAS_LAYERS = {
    "Activation": _AFTER,
    "AveragePooling1D": "pc.nn.AvgPool1d(2)",
    "AveragePooling2D": "pc.nn.AvgPool2d(2)",
    "BatchNormalization": "pc.nn.BatchNorm(3)",
    "Bidirectional": "pc.nn.LSTM(3, 4, bidirectional=True)",
    "Conv2DTranspose": "pc.nn.ConvTranspose2d(3, 4, 2)",
    "Dense": "pc.nn.Linear(3, 4)  # the activation is a layer of its own",
    "GlobalAveragePooling1D": "pc.nn.GlobalAvgPool1d()",
    "GlobalAveragePooling2D": "pc.nn.GlobalAvgPool2d()",
    "Input": "pc.nn.Sequential(pc.nn.Linear(3, 4))  # the first layer says its inputs",
    "Layer": "pc.nn.Module  # with its computation in `forward`",
    "LayerNormalization": "pc.nn.LayerNorm(3)",
    "MaxPooling1D": "pc.nn.MaxPool1d(2)",
    "MaxPooling2D": "pc.nn.MaxPool2d(2)",
    "Model": "pc.nn.Module  # with its computation in `forward`",
    "SimpleRNN": "pc.nn.RNN(3, 4)",
    "SpatialDropout2D": "pc.nn.Dropout2d(0.5)",
    "Swish": "pc.nn.SiLU()",
}

_TORCH_FUNCTIONAL = {
    "adaptive_avg_pool2d": "pc.functional.global_mean_pool(images)",
    "avg_pool2d": "pc.functional.mean_pool(images, 2)",
    "batch_norm": "pc.nn.BatchNorm(3)(x)",
    "binary_cross_entropy_with_logits": "pc.functional.binary_cross_entropy(x, t)",
    "conv1d": "pc.functional.cross_correlation(series, kernels[:, :, 0])",
    "conv2d": "pc.functional.cross_correlation(images, kernels)",
    "conv_transpose2d": "pc.functional.conv_transpose(images, kernels.permute_dims((1, 0, 2, 3)))",
    "dropout": "pc.nn.Dropout(0.5)(x)",
    "embedding": "w.take(i, axis=0)",
    "gaussian_nll_loss": _NORMAL,
    "kl_div": "pc.functional.kl_divergence(logs, logs)",
    "l1_loss": "pc.functional.mean_absolute_error(x, y)",
    "layer_norm": "pc.nn.LayerNorm(3)(x)",
    "linear": "x @ w.T",
    "logsigmoid": "pc.functional.log_sigmoid(x)",
    "max_pool2d": "pc.functional.max_pool(images, 2)",
    "mse_loss": "pc.functional.mean_squared_error(x, y)",
    "nll_loss": "pc.functional.cross_entropy(scores, labels)  # scores before any softmax",
    "normalize": "x / (x * x).sum(axis=-1, keepdims=True).sqrt()",
    "pad": "x.pad(((0, 0), (1, 1)))",
    "smooth_l1_loss": "pc.functional.huber_loss(x, y)",
    "swish": "pc.functional.silu(x)",
    "triplet_margin_loss": _TRIPLET,
    "unfold": "pc.functional.im2col(images, 2)",
}
_KERAS_LOSSES = {
    "binary_crossentropy": "pc.functional.binary_cross_entropy_from_probabilities(p, t)",
    "categorical_crossentropy": "pc.functional.cross_entropy(scores, labels)",
    "mae": "pc.functional.mean_absolute_error(x, y)",
    "mse": "pc.functional.mean_squared_error(x, y)",
    "sparse_categorical_crossentropy": "pc.functional.cross_entropy(scores, labels)",
}

_CLIP = "pc.optim.Adam(model.parameters(), clip=pc.optim.ByGlobalNorm(1.0))"
_TORCH_OPTIM = {
    "CosineAnnealingLR": "pc.optim.CosineDecay(0.1, steps=1000)  # as the learning rate",
    "CosineAnnealingWarmRestarts": "pc.optim.CosineRestarts(0.1, period=100, factor=2)",
    "ExponentialLR": "pc.optim.ExponentialDecay(0.1, factor=0.9)  # as the learning rate",
    "LinearLR": "pc.optim.LinearDecay(0.1, steps=1000)  # as the learning rate",
    "OneCycleLR": "pc.optim.OneCycle(0.1, steps=1000)  # as the learning rate",
    "PolynomialLR": "pc.optim.PolynomialDecay(0.1, steps=1000, power=1.0)",
    "SequentialLR": "pc.optim.Chain([pc.optim.Constant(0.1), pc.optim.Constant(0.01)], at=[100])",
    "StepLR": "pc.optim.StepDecay(0.1, every=1000)  # as the learning rate",
    "clip_grad_norm_": _CLIP,
    "lr_scheduler": "pc.optim.Adam(model.parameters(), pc.optim.StepDecay(0.1, every=1000))",
}
_TORCH_INIT = {
    "calculate_gain": "pc.nn.init.HeNormal()  # each rule has its own",
    "constant_": "layer.weight.assign(pc.nn.init.Constant(1.0)(layer.weight.shape, rng))",
    "kaiming_normal_": "layer.weight.assign(pc.nn.init.HeNormal()(layer.weight.shape, rng))",
    "kaiming_uniform_": "layer.weight.assign(pc.nn.init.HeUniform()(layer.weight.shape, rng))",
    "normal_": "layer.weight.assign(pc.nn.init.Normal(0.01)(layer.weight.shape, rng))",
    "ones_": "layer.weight.assign(pc.nn.init.Constant(1.0)(layer.weight.shape, rng))",
    "orthogonal_": "layer.weight.assign(pc.nn.init.Orthogonal()(layer.weight.shape, rng))",
    "uniform_": "layer.weight.assign(pc.nn.init.Uniform(0.1)(layer.weight.shape, rng))",
    "xavier_normal_": "layer.weight.assign(pc.nn.init.XavierNormal()(layer.weight.shape, rng))",
    "xavier_uniform_": "layer.weight.assign(pc.nn.init.XavierUniform()(layer.weight.shape, rng))",
    "zeros_": "layer.bias.assign(pc.nn.init.Zeros()(layer.bias.shape, rng))",
}
_KERAS_INIT = {
    "GlorotNormal": "pc.nn.init.XavierNormal()",
    "GlorotUniform": "pc.nn.init.XavierUniform()",
    "RandomNormal": "pc.nn.init.Normal(0.01)",
    "RandomUniform": "pc.nn.init.Uniform(0.1)",
}

_PARTS = "(train, test), report = pc.data.split(samples, (0.8, 0.2), seed=0)"
_SET = "pc.data.from_arrays([[0.0], [1.0]], [0, 1])"
_TORCH_DATA = {
    "DataLoader": "pc.data.batches(len(samples), 100, seed=0, epoch=0)  # the rows of each batch",
    "MNIST": "pc.data.mnist",
    "Subset": "samples.subset([0, 1])",
    "TensorDataset": _SET,
    "load_mnist": "pc.data.mnist",
    "random_split": _PARTS,
}
_SKLEARN_DATA = {
    "load_digits": "pc.data.digits()",
    "make_circles": "pc.data.circles(rng=rng)",
    "make_moons": "pc.data.moons(rng=rng)",
    "train_test_split": _PARTS,
}
_KERAS_TRAIN = {
    "CSVLogger": 'pc.train.Saving("run")  # its metrics.jsonl holds every step',
    "ModelCheckpoint": 'pc.train.Options(saving=pc.train.Saving("run"))',
    "TensorBoard": 'pc.train.Options(saving=pc.train.Saving("run"))  # and open its report.html',
    "fit": _FIT,
    "train": _FIT,
}

NAMES: dict[str, Words] = {
    "pellucid": {
        "PyTorch": _TORCH,
        "NumPy": _NUMPY,
        "TensorFlow": _TENSORFLOW,
        "JAX": _JAX,
        "a model": _MODELS,
    },
    "pellucid.nn": {"PyTorch": _TORCH_NN, "Keras": _KERAS_LAYERS},
    "pellucid.functional": {"PyTorch": _TORCH_FUNCTIONAL, "Keras": _KERAS_LOSSES},
    "pellucid.optim": {"PyTorch": _TORCH_OPTIM},
    "pellucid.nn.init": {"PyTorch": _TORCH_INIT, "Keras": _KERAS_INIT},
    "pellucid.data": {"PyTorch": _TORCH_DATA, "scikit-learn": _SKLEARN_DATA},
    "pellucid.train": {"Keras": _KERAS_TRAIN},
}
