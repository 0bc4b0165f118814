"""Options of other libraries' calls.

OPTIONS    by class, or "function", library and word: a line of code that runs, and behind `#` why
"""

from pellucid.foreign.attributes import ONE_PLACE, Words

_ADAM = "pc.optim.Adam(model.parameters(), "
_LINEAR = "pc.nn.Linear(in_features=3, out_features=4)"
_CONV = "pc.nn.Conv2d(in_channels=3, out_channels=4, kernel_size=3)"
_NEXT = "pc.nn.Sequential(layer, pc.nn.ReLU())  # an activation is a layer of its own"
_DROPOUT = "pc.nn.Dropout(ratio=0.5)"
_LSTM = "pc.nn.LSTM(in_features=3, hidden_features=4)"
_BATCH_FIRST = "# the batch is always the first axis: leave it out"
_ATTENTION = "pc.nn.MultiHeadAttention(features=4, heads=2)"
_EMBEDDING = "pc.nn.Embedding(count=10, features=4)"
_POOL = "pc.nn.MaxPool2d(window=2)"
_START = "pc.nn.Linear(3, 4, initializer=pc.nn.init.HeNormal())"
_TRAINER = "pc.train.Trainer(model, pc.functional.cross_entropy, optimizer, samples"
_OPTIONS = "pc.train.Options("
_SHARED = "# the first layer says its number of inputs: leave it out"
_BAR = "pc.train.Options(callbacks=(pc.train.ProgressBar(),))"

_TORCH_OPTIMIZER = {
    "alpha": "pc.optim.RMSProp(model.parameters(), rho=0.9)",
    "amsgrad": "# there is no such variant here: leave it out",
    "betas": f"{_ADAM}beta1=0.9, beta2=0.999)",
    "dampening": "# there is no such variant here: leave it out",
    "lr": f"{_ADAM}learning_rate=0.001)",
    "momentum": "pc.optim.Momentum(model.parameters(), momentum=0.9)",
    "nesterov": "pc.optim.Nesterov(model.parameters(), momentum=0.9)",
    "params": f"{_ADAM}learning_rate=0.001)",
}
_EARLIER_OPTIMIZER = {
    "penalize": f"{_ADAM}rules=pc.optim.Penalty(l2=1e-4, to=pc.optim.every))",
}
_KERAS_OPTIMIZER = {
    "beta_1": f"{_ADAM}beta1=0.9)",
    "beta_2": f"{_ADAM}beta2=0.999)",
    "clipnorm": f"{_ADAM}clip=pc.optim.ByNorm(1.0))",
    "clipvalue": f"{_ADAM}clip=pc.optim.ByValue(0.5))",
    "decay": f"{_ADAM}pc.optim.ExponentialDecay(0.1, factor=0.9))",
    "epsilon": f"{_ADAM}eps=1e-8)",
    "global_clipnorm": f"{_ADAM}clip=pc.optim.ByGlobalNorm(1.0))",
}
_TORCH_MODULE = {
    "affine": "# scale and shift are always learned: leave it out",
    "batch_first": _BATCH_FIRST,
    "device": ONE_PLACE,
    "dim": "pc.nn.Softmax(axis=-1)",
    "inplace": "# tensors never change: leave it out",
    "negative_slope": "pc.nn.LeakyReLU(slope=0.01)",
    "num_features": "pc.nn.BatchNorm(features=3)",
    "normalized_shape": "pc.nn.LayerNorm(features=3)",
    "num_channels": "pc.nn.GroupNorm(groups=3, channels=3)",
    "num_groups": "pc.nn.GroupNorm(groups=3, channels=3)",
    "track_running_stats": "# running statistics are always kept: leave it out",
}
_KERAS_MODULE = {
    "activation": _NEXT,
    "bias_initializer": "layer.bias.assign(pc.nn.init.Constant(0.1)(layer.bias.shape, rng))",
    "epsilon": "pc.nn.BatchNorm(3, eps=1e-5)",
    "input_dim": _SHARED,
    "input_shape": _SHARED,
    "kernel_initializer": _START,
    "kernel_regularizer": f"{_ADAM}l2=1e-4)  # the optimizer has the penalties",
    "layers": "pc.nn.Sequential(pc.nn.Flatten(), layer)",
    "seed": "layer.seeded(0)",
    "name": "# a layer has the name of its attribute: leave it out",
    "units": _LINEAR,
    "use_bias": "pc.nn.Linear(3, 4, bias=False)",
    "alpha": "pc.nn.LeakyReLU(slope=0.01)",
}
_TORCH_RECURRENT = {
    "dropout": "# put a Dropout layer between two of one layer each",
    "input_size": _LSTM,
    "hidden_size": _LSTM,
    "num_layers": "pc.nn.LSTM(3, 4, layers=2)",
}
_KERAS_RECURRENT = {
    "return_sequences": "pc.nn.LastState(pc.nn.LSTM(3, 4))  # for the last step alone",
    "units": _LSTM,
}
_TORCH_TRAINER = {
    "batch_size": f"{_TRAINER}, options={_OPTIONS}batch_size=10))",
    "callbacks": f"{_TRAINER}, options={_BAR})",
    "criterion": f"{_TRAINER})",
    "data": f"{_TRAINER})",
    "dataset": f"{_TRAINER})",
    "device": ONE_PLACE,
    "epochs": f"{_TRAINER}).fit(epochs=5)",
    "learning_rate": f"{_ADAM}learning_rate=0.001)",
    "loss_fn": f"{_TRAINER})",
    "lr": f"{_ADAM}learning_rate=0.001)",
    "max_epochs": f"{_TRAINER}).fit(epochs=5)",
    "metrics": f"{_TRAINER}, options={_OPTIONS}metrics=(pc.train.Accuracy(),)))",
    "seed": f"{_TRAINER}, options={_OPTIONS}seed=1))",
    "shuffle": f"{_TRAINER}, options={_OPTIONS}shuffle=False))",
    "train_data": f"{_TRAINER})",
    "train_dataset": f"{_TRAINER})",
    "val_data": f"{_TRAINER}, validation=samples)",
    "verbose": f"{_TRAINER}).fit(epochs=5, show=True)",
}
_TORCH_FUNCTION = {
    "device": ONE_PLACE,
    "dtype": 'x.astype("float64")  # the dtype is that of what is given',
    "create_graph": "pc.grad(lambda x: (x * x).sum())(x)  # a gradient that has gradients again",
    "force": "# leave it out",
    "inplace": "# tensors never change: leave it out",
    "memory_format": ONE_PLACE,
    "mode": "model.inference()  # and model.train()",
    "out": "# tensors never change: use what the function gives",
    "pin_memory": ONE_PLACE,
    "recurse": "# inner modules count, always: leave it out",
    "requires_grad": "pc.tensor([1.0, 2.0], requires_grad=True)",
    "retain_graph": "# a history stays as long as its tensors: leave it out",
    "start_dim": "x.reshape(len(x), -1)",
    "training": "# layers know it, as nn.Dropout does: leave it out",
}
_NUMPY_FUNCTION = {
    "casting": "# nothing is converted silently: leave it out",
    "initial": "# leave it out",
    "order": "# row after row, always: leave it out",
    "where": "mask.where(x, 0.0)  # and then the function of it",
}
_KERAS_FUNCTION = {
    "from_logits": "# the function's name says what it takes: leave it out",
    "name": "# leave it out",
    "validation_data": f"{_TRAINER}, validation=samples)",
}
_KERAS_TRAINER = {
    "validation_data": f"{_TRAINER}, validation=samples)",
    "validation_split": "(train, kept), report = pc.data.split(samples, (0.8, 0.2), seed=0)",
}
_KERAS_OPTIONS = {
    "batch": f"{_OPTIONS}batch_size=10)",
    "class_weight": f'{_OPTIONS}weights=pc.train.Weights(classes="balanced"))',
    "epochs": f"{_TRAINER}).fit(epochs=5)",
    "learning_rate": f"{_ADAM}learning_rate=0.001)",
    "lr": f"{_ADAM}learning_rate=0.001)",
    "sample_weight": f"{_OPTIONS}weights=pc.train.Weights(samples=[1.0] * 120))",
    "validation_data": f"{_TRAINER}, validation=samples)",
    "verbose": f"{_TRAINER}).fit(epochs=5, show=True)",
}
_PARTS = f"{_OPTIONS}batch_size=256, micro_batch=64)  # four of 64 make one update"
_TORCH_OPTIONS = {
    "device": ONE_PLACE,
    "num_workers": "# data are in memory: leave it out",
    "pin_memory": ONE_PLACE,
    "random_state": f"{_OPTIONS}seed=1)",
}

OPTIONS: dict[str, Words] = {
    "Optimizer": {
        "PyTorch": _TORCH_OPTIMIZER,
        "Keras": _KERAS_OPTIMIZER,
        "earlier releases of pellucid": _EARLIER_OPTIMIZER,
    },
    "_Convolution": {
        "Keras": {
            "filters": _CONV,
            "strides": "pc.nn.Conv2d(3, 4, 3, stride=2)",
            "use_bias": "pc.nn.Conv2d(3, 4, 3, bias=False)",
        },
        "PyTorch": {"padding_mode": "# padding is with zeros: leave it out"},
    },
    "_Dropout": {"PyTorch": {"p": _DROPOUT}, "Keras": {"rate": _DROPOUT}},
    "_Windowed": {
        "PyTorch": {"kernel_size": _POOL, "ceil_mode": 'pc.nn.MaxPool2d(2, padding="same")'},
        "Keras": {"pool_size": _POOL, "strides": "pc.nn.MaxPool2d(2, stride=1)"},
    },
    "Recurrent": {"PyTorch": _TORCH_RECURRENT, "Keras": _KERAS_RECURRENT},
    "MultiHeadAttention": {
        "PyTorch": {"embed_dim": _ATTENTION, "num_heads": _ATTENTION},
        "Keras": {"key_dim": _ATTENTION},
    },
    "Embedding": {
        "PyTorch": {"num_embeddings": _EMBEDDING, "embedding_dim": _EMBEDDING},
        "Keras": {"input_dim": _EMBEDDING, "output_dim": _EMBEDDING},
    },
    "Module": {"PyTorch": _TORCH_MODULE, "Keras": _KERAS_MODULE},
    "Trainer": {"other trainers": _TORCH_TRAINER, "Keras": _KERAS_TRAINER},
    "predictor": {
        "Keras": {
            "batch_size": "# batches of any size are cut to pieces: leave it out",
            "steps": "# all rows are answered: leave it out",
            "verbose": "# nothing is shown: leave it out",
        }
    },
    "Options": {
        "Keras": _KERAS_OPTIONS,
        "PyTorch": _TORCH_OPTIONS,
        "Lightning": {"accumulate_grad_batches": _PARTS},
        "Transformers": {"gradient_accumulation_steps": _PARTS},
    },
    "EarlyStopping": {
        "Keras": {
            "restore_best_weights": 'pc.train.Options(keep="best")',
            "verbose": "# the history says where training stopped: leave it out",
        }
    },
    "Saving": {
        "Keras": {
            "filepath": 'pc.train.Saving("runs/first")',
            "save_best_only": 'pc.train.Options(keep="best")  # which is saved, beside the last',
        }
    },
    "function": {"PyTorch": _TORCH_FUNCTION, "NumPy": _NUMPY_FUNCTION, "Keras": _KERAS_FUNCTION},
    "Parameter": {
        "PyTorch": {
            "requires_grad": "pc.Buffer([1.0])  # for what no optimizer changes",
        }
    },
    "Generator": {"PyTorch": {"device": ONE_PLACE}},
}
