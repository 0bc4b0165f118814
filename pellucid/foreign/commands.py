"""Words that other command lines have.

COMMANDS    by word: the command that is meant
FLAGS       by word: the options of `pellucid train` that are meant; behind `#`, why there is none
CHOICES     by word: the model or optimizer that is meant
"""

_CPU = "# there is one device, the CPU: leave it out"
_EPOCHS = "--epochs 5"
_HIDDEN = "--hidden 100,50"
_LIST = "pellucid data"
_OUT = "--out runs/first"
_PREDICT = "pellucid predict runs/first seven.png"
_TEST = "pellucid evaluate runs/first"
_TRAIN = "pellucid train digits"
_TUNE = "pellucid tune digits --try learning_rate=1e-4..1e-1"

COMMANDS = {
    "classify": _PREDICT,
    "continue": "pellucid resume runs/first",
    "dataset": _LIST,
    "datasets": _LIST,
    "doctor": "pellucid about",
    "eval": _TEST,
    "fit": _TRAIN,
    "help": "pellucid --help",
    "infer": _PREDICT,
    "info": "pellucid about",
    "learn": _TRAIN,
    "list": _LIST,
    "optimize": _TUNE,
    "restart": "pellucid resume runs/first",
    "run": _TRAIN,
    "sample": "pellucid generate runs/first",
    "score": _TEST,
    "search": _TUNE,
    "start": _TRAIN,
    "test": _TEST,
    "validate": _TEST,
    "version": "pellucid --version",
    "write": "pellucid generate runs/first",
}
_PARTS = "--batch-size 256 --micro-batch 64"
FLAGS = {
    "--accumulate": _PARTS,
    "--accumulation-steps": _PARTS,
    "--alpha": "--learning-rate 0.01",
    "--batch": "--batch-size 32",
    "--bs": "--batch-size 32",
    "--checkpoint": _OUT,
    "--cutmix": "--mixing cutmix",
    "--class-weight": "--balanced",
    "--class-weights": "--balanced",
    "--cpu": _CPU,
    "--cuda": _CPU,
    "--device": _CPU,
    "--ema": "--average exponential",
    "--gpu": _CPU,
    "--format": "--json",
    "--gpus": _CPU,
    "--grad-accum": _PARTS,
    "--hidden-layers": _HIDDEN,
    "--hidden-size": _HIDDEN,
    "--jobs": "--threads 2",
    "--max-epochs": _EPOCHS,
    "--mixup": "--mixing mixup",
    "--momentum": "--optimizer momentum",
    "--n-epochs": _EPOCHS,
    "--num-epochs": _EPOCHS,
    "--num-workers": "--threads 2",
    "--no-progress": "--quiet",
    "--output": _OUT,
    "--output-dir": _OUT,
    "--patience": "--early-stopping 5",
    "--random-state": "--seed 1",
    "--resume": "# `pellucid resume runs/first` goes on with a run",
    "--run": _OUT,
    "--save": _OUT,
    "--save-dir": _OUT,
    "--smoothing": "--label-smoothing 0.1",
    "--steps": _EPOCHS,
    "--swa": "--average uniform",
    "--step-size": "--learning-rate 0.01",
    "--units": _HIDDEN,
    "--silent": "--quiet",
    "--verbose": "# a terminal shows the progress, --quiet leaves it out",
    "--workers": "--threads 2",
}

CHOICES = {
    "ann": "mlp",
    "cnn": "simple-convnet",
    "conv": "simple-convnet",
    "convnet": "simple-convnet",
    "dense": "mlp",
    "dnn": "mlp",
    "gd": "sgd",
    "gpt": "char-transformer",
    "linear": "logistic-regression",
    "logistic": "logistic-regression",
    "logreg": "logistic-regression",
    "neural-network": "mlp",
    "nn": "mlp",
    "resnet18": "resnet",
    "rnn": "lstm",
    "softmax": "logistic-regression",
    "transformer": "char-transformer",
    "vanilla": "sgd",
}
