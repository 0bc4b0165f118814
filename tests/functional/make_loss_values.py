"""Write loss_values.json: losses by PyTorch and scikit-learn, for test_further_losses.py.

Run it with PyTorch installed:  python tests/functional/make_loss_values.py
Values and gradients (of the sum) in float64.
"""

import json
from pathlib import Path

import torch
from sklearn.metrics import hinge_loss, mean_pinball_loss
from torch.nn import functional as f

SCORES = [[1.0, -2.0, 0.5, 3.0], [0.3, 0.2, -0.1, 0.0], [-1.0, 4.0, 2.5, 0.7]]
TARGETS = [[0.0, 1.0, 2.0, 3.0], [1.0, 0.0, 5.0, 0.5], [2.0, 2.0, 2.0, 2.0]]
ANSWERS = [[0.0, 1.0, 1.0, 0.0], [1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 1.0]]
IDS = [3, 1, 2]
OF_CLASS = [1.0, 10.0, 0.5, 2.0]

T, A, I = torch.tensor(TARGETS).double(), torch.tensor(ANSWERS).double(), torch.tensor(IDS)
C = torch.tensor(OF_CLASS).double()
GAPS = torch.tensor([3, -100, 2])


def focal(x):
    """Equation 4 of the paper, from probabilities: good enough at these sizes."""
    p = f.softmax(x, -1).gather(1, I[:, None])[:, 0]
    return -((1 - p) ** 2.0) * p.log()


def binary_focal(x):
    """As torchvision.ops.sigmoid_focal_loss without alpha."""
    s = torch.sigmoid(x)
    p = s * A + (1 - s) * (1 - A)
    return (1 - p) ** 1.5 * f.binary_cross_entropy_with_logits(x, A, reduction="none")


def ctc(x):
    """The scores three times over, as nine steps of one sample, of which eight count."""
    steps = f.log_softmax(torch.cat([x, 0.5 * x, -x]), -1).unsqueeze(1)
    return f.ctc_loss(steps, torch.tensor([[2, 2, 1, 3]]), [8], [3], reduction="sum")


LOSSES = {
    "mean_absolute_error": lambda x: f.l1_loss(x, T),
    "huber_loss": lambda x: f.huber_loss(x, T, delta=0.75),
    "poisson_loss": lambda x: f.poisson_nll_loss(x, T, log_input=True),
    "cross_entropy, by class": lambda x: f.cross_entropy(x, I, weight=C),
    "cross_entropy, by class and smoothed": lambda x: f.cross_entropy(
        x, I, weight=C, label_smoothing=0.3
    ),
    "cross_entropy, ignoring -100": lambda x: f.cross_entropy(x, GAPS),
    "cross_entropy, ignoring -100, smoothed": lambda x: f.cross_entropy(
        x, GAPS, label_smoothing=0.2
    ),
    "cross_entropy, ignoring class 1": lambda x: f.cross_entropy(
        x, I, weight=C, ignore_index=1, reduction="mean"
    ),
    "cross_entropy, ignoring class 1, sum": lambda x: f.cross_entropy(
        x, I, weight=C, ignore_index=1, reduction="sum"
    ),
    "cross_entropy_from_probabilities, ignoring -1": lambda x: f.nll_loss(
        (x.exp() / 30.0).log(), torch.where(GAPS < 0, -1, GAPS), weight=C, ignore_index=-1
    ),
    "focal_loss": lambda x: focal(x).mean(),
    "binary_focal_loss": lambda x: binary_focal(x).mean(),
    "ctc_loss": ctc,
    "gaussian_loss": lambda x: f.gaussian_nll_loss(x[:, :2], T[:, :2], x[:, 2:].exp(), full=True),
    "triplet_loss, euclidean": lambda x: f.triplet_margin_loss(
        x, T, A, margin=3.0, eps=0.0, reduction="sum"
    ),
    "contrastive_loss, the same": lambda x: (f.pairwise_distance(x, T, eps=0.0) ** 2 / 2).mean(),
    "contrastive_loss, others": lambda x: (
        f.relu(9.0 - f.pairwise_distance(x, A, eps=0.0)) ** 2 / 2
    ).mean(),
    "kl_divergence": lambda x: f.kl_div(
        f.log_softmax(x, -1), f.log_softmax(T, -1), log_target=True, reduction="batchmean"
    ),
}


def pair(loss):
    """Value and gradient."""
    x = torch.tensor(SCORES, dtype=torch.float64, requires_grad=True)
    y = loss(x)
    y.backward()
    return {"value": y.item(), "gradient": x.grad.tolist()}


def main():
    """Write the file beside this one."""
    flat, signs = torch.tensor(SCORES).flatten(), 2 * A.flatten() - 1
    values = {
        "torch": torch.__version__,
        "scores": SCORES,
        "targets": TARGETS,
        "answers": ANSWERS,
        "ids": IDS,
        "of class": OF_CLASS,
        "losses": {name: pair(loss) for name, loss in LOSSES.items()},
        "sklearn hinge_loss": float(hinge_loss(signs.numpy(), flat.numpy())),
        "sklearn hinge_loss of classes": float(
            hinge_loss(IDS, torch.tensor(SCORES).numpy(), labels=[0, 1, 2, 3])
        ),
        "sklearn mean_pinball_loss": float(
            mean_pinball_loss(T.flatten().numpy(), flat.double().numpy(), alpha=0.8)
        ),
    }
    Path(__file__).with_name("loss_values.json").write_text(json.dumps(values) + "\n")


if __name__ == "__main__":
    main()
