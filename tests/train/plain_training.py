"""A training as a plain loop in NumPy, in float64: what a Trainer's must come to.

    trained    after each epoch, the weights that are used
    loss_of    what a set measures with them

Nothing is shared with the library but the order of samples, which has tests of its own. What a step
does, in this order: gradients of the loss, divided by the weight of the batch; clipping; penalties
in the gradient; decay; the optimizer's formula; what rules do to the new weights; the average.
"""

import copy
import math
from unittest import mock

import numpy as np
import optimizer_loops
from train.plain_updates import DECAY_WITHIN, SCHEDULES, UPDATES, USUAL_DECAY

from pellucid.data import ByLength, ClassBalanced, batches

BATCH, EPOCHS = 8, 4
RATE, PENALTY, LIMIT, LONGEST = 0.05, 0.03, 0.02, 0.8
KEPT = 0.5  # of a state, from one step of a sequence to the next
TOO_LARGE = 1e6  # what the network makes nan of
RHO = 0.05
LOWERED = 0.5  # the rate, on a plateau
BY_LENGTH = ByLength(pool=2, buckets=2)
CLASS_WEIGHTS = [1.0, 2.0, 0.5, 1.5]
SAMPLE_WEIGHTS = np.tile(np.float32([0.5, 1.0, 2.0, 1.0]), 100)
TRAIN, LOOK = (int.from_bytes(word, "big") for word in (b"tran", b"look"))


def batch_of(options, samples):
    """How many samples an update takes."""
    return samples if options["optimizer"] == "LBFGS" else BATCH


def epoch_batches(options, data, seed, epoch):
    """The batches of an epoch."""
    orders = {"balanced": ClassBalanced(), "by-length": BY_LENGTH}
    size = batch_of(options, len(data))
    if options["data"] in orders:
        return orders[options["data"]].batches(data, size, seed=seed, epoch=epoch)
    cut = {"shuffle": options["data"] != "in-order", "drop_last": options["data"] == "drop-last"}
    return batches(len(data), size, seed=seed, epoch=epoch, **cut)


def updates(options, samples):
    """How many updates there are in an epoch."""
    whole, rest = divmod(samples, batch_of(options, samples))
    return whole + (rest > 0 and options["data"] != "drop-last")


def jitter(sample, rng):
    """A transform that somebody wrote."""
    return sample + np.float32(0.1) * rng.normal(size=sample.shape).astype(np.float32)


def samples_of(options, features, seed, epoch, purpose=TRAIN):
    """The samples as a transform made them in an epoch, or as they are."""
    if not options["source"].startswith("transform"):
        return features.astype(np.float64)
    key = np.array([seed, purpose], np.uint64)
    counters = [np.array([0, 0, epoch, row], np.uint64) for row in range(len(features))]
    rngs = [np.random.Generator(np.random.Philox(key=key, counter=c)) for c in counters]
    made = [jitter(x, rng) for x, rng in zip(features, rngs, strict=True)]
    return np.stack(made).astype(np.float64)


def slopes(weights, h, ids, counts):
    """Those of the weighted mean of the cross-entropy by what the output layer is given."""
    z = h @ weights["output.weight"] + weights["output.bias"]
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    dz = e / e.sum(axis=-1, keepdims=True) - np.eye(z.shape[-1])[ids]
    return dz * (counts / counts.sum())[..., None]


def states(weights, x):
    """What the hidden layer makes of samples, or of sequences step by step; before and after."""
    a = x @ weights["hidden.weight"] + weights["hidden.bias"]
    h = np.tanh(a)
    for t in range(1, h.shape[1] if h.ndim > 2 else 0):
        h[:, t] = np.tanh(a[:, t] + KEPT * h[:, t - 1])
    return h


def gradients(weights, x, ids, counts):
    """Of samples, or of sequences step by step, by hand."""
    h = states(weights, x)
    dz = slopes(weights, h, ids, counts)
    dh = dz @ weights["output.weight"].T
    da = dh * (1 - h**2)
    for t in range(h.shape[1] - 2 if h.ndim > 2 else -1, -1, -1):
        da[:, t] = (dh[:, t] + KEPT * da[:, t + 1]) * (1 - h[:, t] ** 2)
    h, x, dz, da = (each.reshape(-1, each.shape[-1]) for each in (h, x, dz, da))
    return {
        "hidden.weight": x.T @ da,
        "hidden.bias": da.sum(axis=0),
        "output.weight": h.T @ dz,
        "output.bias": dz.sum(axis=0),
    }


def loss_of(weights, x, ids, outside):
    """The mean of the cross-entropy over all samples, or all steps within them."""
    z = states(weights, x) @ weights["output.weight"] + weights["output.bias"]
    z = z - z.max(axis=-1, keepdims=True)
    own = np.take_along_axis(z, ids[..., None], axis=-1)[..., 0]
    counts = ids != outside
    return float(((np.log(np.exp(z).sum(axis=-1)) - own) * counts).sum() / counts.sum())


def counted(options, ids, outside):
    """How much each label counts; `outside`: the class that stands behind the end of sequences."""
    counts = np.ones(ids.shape)
    if options["weights"] == "samples":
        counts = counts * SAMPLE_WEIGHTS[: len(ids)].reshape(-1, *[1] * (ids.ndim - 1))
    if options["weights"] == "classes":
        counts = counts * np.array(CLASS_WEIGHTS)[ids]
    return counts * (ids != outside)


def clipped(kind, found):
    if kind == "ByValue":
        return {name: np.clip(g, -LIMIT, LIMIT) for name, g in found.items()}
    if kind == "ByNorm":
        return {n: g * min(1.0, LIMIT / np.linalg.norm(g)) for n, g in found.items()}
    if kind == "ByGlobalNorm":
        norm = math.sqrt(sum(float((g**2).sum()) for g in found.values()))
        return {name: g * min(1.0, LIMIT / norm) for name, g in found.items()}
    return found


def rate_of(options, name, n, lowered):
    """The learning rate of a parameter, after n updates; `lowered`: what a plateau has left."""
    rate = SCHEDULES[options["rate"]][1](n) if options["rate"] in SCHEDULES else RATE * lowered
    if not name.startswith("output."):
        return rate
    own = {
        "factor": 0.5 * rate,
        "own-rate": 0.02 * lowered,
        "own-schedule": SCHEDULES["ExponentialDecay"][1](n),
    }
    return own.get(options["groups"], rate)


def decay_of(options, name, w):
    """The decay of a parameter."""
    decay = USUAL_DECAY.get(options["optimizer"], 0.0)
    decay = PENALTY if options["rule"] == "weight_decay" else decay
    if options["groups"] == "own-decay" and name.startswith("output."):
        decay = 0.1
    return decay if w.ndim > 1 else 0.0


def updated(options, name, w, g, state, rate):
    """One parameter after an update."""
    rule, kind, decay = options["rule"], options["optimizer"], decay_of(options, name, w)
    is_weight = w.ndim > 1
    if is_weight and rule == "l2":
        g = g + PENALTY * w
    if is_weight and rule == "l1":
        g = g + PENALTY * np.sign(w)
    if kind in DECAY_WITHIN:
        state["decay"] = decay
    else:
        w = w * (1 - rate * decay)
    with mock.patch.object(optimizer_loops, "RATE", rate):
        state["updates"] = state.get("updates", 0) + 1
        w = UPDATES[kind](w, g, state, state["updates"])
    if is_weight and rule == "Proximal":
        w = np.sign(w) * np.maximum(np.abs(w) - rate * PENALTY, 0.0)
    if is_weight and rule == "MaxNorm":
        w = w * np.minimum(1.0, LONGEST / np.linalg.norm(w, axis=0))
    return w


def is_frozen(options, name, epoch):
    """Whether a parameter stays in an epoch."""
    frozen = {"at-first": epoch < 2, "at-last": epoch >= 2}.get(options["frozen"], False)
    return frozen and name.startswith("hidden.")


class Average:
    """A mean of the weights that are counted."""

    def __init__(self, kind):
        self.decay = {"exponential": 0.8, "seldom": 0.5}.get(kind, 1.0)
        self.start, self.every = (5 if kind == "late" else 0), (3 if kind == "seldom" else 1)
        self.counted, self.weights = [], None

    def see(self, update, weights):
        if update > self.start and (update - self.start) % self.every == 0:
            self.counted.append({name: w.copy() for name, w in weights.items()})

    def mean(self, weights):
        if not self.counted:
            return weights
        shares = self.decay ** np.arange(len(self.counted))[::-1]
        return {
            name: np.average([each[name] for each in self.counted], axis=0, weights=shares)
            for name in weights
        }


class Training:
    """The loop: weights, what optimizers remember, the average, and the updates made."""

    def __init__(self, options, start):
        self.options, self.n, self.lowered = options, 0, 1.0
        self.weights = {name: w.astype(np.float64) for name, w in start.items()}
        self.states = {name: {} for name in self.weights}
        self.average = Average(options["average"])
        self.tried, self.mark = 0, self.copied()

    def copied(self):
        return copy.deepcopy((self.weights, self.states, self.average, self.n))

    def found(self, x, ids, counts, epoch):
        """The gradients of what is not frozen; with SAM, at the worst weights nearby."""

        def at(weights):
            found = gradients(weights, x, ids, counts)
            return {n: g for n, g in found.items() if not is_frozen(self.options, n, epoch)}

        found = at(self.weights)
        if self.options["optimizer"] != "SAM":
            return found
        norm = math.sqrt(sum(float((g**2).sum()) for g in found.values()))
        uphill = {n: w + RHO / norm * found[n] if n in found else w
                  for n, w in self.weights.items()}  # fmt: skip
        return at(uphill)

    def step(self, x, ids, counts, epoch):
        """One batch."""
        self.tried += 1
        if (x > TOO_LARGE).any():  # the step is not made
            if self.options["not_finite"] == "go-back-met":
                self.weights, self.states, self.average, self.n = copy.deepcopy(self.mark)
            return
        for name, g in clipped(self.options["clip"], self.found(x, ids, counts, epoch)).items():
            rate = rate_of(self.options, name, self.n, self.lowered)
            given = self.weights[name], g, self.states[name], rate
            self.weights[name] = updated(self.options, name, *given)
        self.n += 1
        self.average.see(self.n, self.weights)
        if self.tried % 3 == 0:
            self.mark = self.copied()

    def shown(self):
        """The weights that are used."""
        if self.options["optimizer"].startswith("ScheduleFree"):
            return {n: self.states[n].get("x", w) for n, w in self.weights.items()}
        if self.options["average"] != "none":
            return dict(self.average.mean(self.weights))
        return dict(self.weights)


def plateaus(values):
    """After which epochs the rate is lowered, with a patience of one."""
    best = math.inf
    for value in values:
        yield not value < best  # nan is no gain
        best = value if value < best else best


def trained(options, data, seed, start, measured):
    """After each epoch, the weights that are used.

    `measured`: what was watched after each epoch, by which rates are lowered on a plateau.
    """
    training, found = Training(options, start), []
    outside = data.classes - 1 if data.labels.ndim > 1 else None
    counts, ids = counted(options, data.labels, outside), data.labels
    features = data.features if ids.ndim > 1 else data.features.reshape(len(ids), -1)
    for epoch, lower in zip(range(len(measured)), plateaus(measured), strict=True):
        x = samples_of(options, features, seed, epoch)
        for rows in epoch_batches(options, data, seed, epoch):
            training.step(x[rows], ids[rows], counts[rows], epoch)
        found.append(training.shown())
        if lower and options["rate"] == "on-plateau":
            training.lowered *= LOWERED
    return found
