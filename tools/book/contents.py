"""The order of the book's pages: what stands in the table of contents, and under which caption.

CONTENTS     caption, and the pages below it; those under the first are numbered
API          modules of the reference, with what they are for
"""

CONTENTS = {
    "The book": (
        "book/01-perceptron",
        "book/02-neuron",
        "book/03-backpropagation",
        "book/04-networks",
        "book/05-losses",
        "book/06-optimizers",
        "book/07-starts",
        "book/08-regularisation",
        "book/09-tuning",
        "book/10-convolution",
        "book/11-recurrence",
    ),
    "To try and to look up": (
        "lab",
        "questions",
        "glossary",
    ),
    "How-to": (
        "python",
        "tour",
        "loops",
        "command-line",
        "explain",
        "linter",
        "extend",
        "beyond",
        "languages",
    ),
    "Reference": (
        "api/index",
        "primitives",
        "rewrites",
        "numerics",
        "conventions-of-training",
        "array-api",
        "subject",
        "corrections",
        "systems",
        "decisions/README",
    ),
}

API = (
    "pellucid",
    "pellucid.nn",
    "pellucid.nn.init",
    "pellucid.functional",
    "pellucid.optim",
    "pellucid.data",
    "pellucid.augment",
    "pellucid.models",
    "pellucid.measures",
    "pellucid.train",
    "pellucid.tune",
    "pellucid.plot",
    "pellucid.lab",
    "pellucid.linter",
    "pellucid.io",
    "pellucid.languages",
    "pellucid.errors",
)
