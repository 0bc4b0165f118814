"""The table of rewrites: what may be written in the place of what, each rule with its reason.

    Rewrite     one of them: a left side of at most three primitives, a right side, where it holds
    REWRITES    all of them, as they are published and tested    rule        put one into the table

Conditions and choices are in `conditions`, sums over axes and shapes in `arrays`. All of them hold
for finite numbers; `domain` says what more each letter stands for: a number above 0, a condition,
ids of classes. None knows a model, a loss or a name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from pellucid.explanation.algebra import (
    OF_FUNCTIONS,
    OF_POWERS,
    OF_PRODUCTS,
    Exponents,
    minus,
    plus,
    power,
    scaled,
    times,
    unary,
)
from pellucid.explanation.expressions import (
    ONE,
    ZERO,
    Expression,
    Operation,
    applied,
    factors,
    is_call,
    product_of,
    terms,
)
from pellucid.explanation.intervals import interval

POSITIVE = "above 0"
CONDITION = "a condition"
IDS = "ids"
SHARES = "shares of one"


@dataclass(frozen=True)
class Rewrite:
    """`left` may be written as `right`, both as Python over tensors of floats.

    `domain`: what a letter stands for where it is not any finite number. `why`: one sentence.
    """

    name: str
    left: str
    right: str
    why: str
    domain: Mapping[str, str] = field(default_factory=dict)


REWRITES: list[Rewrite] = []


def rule(
    name: str, left: str, right: str, why: str, domain: Mapping[str, str] | None = None
) -> None:
    """Put a rewrite into the table."""
    REWRITES.append(Rewrite(name, left, right, why, domain or {}))


# ---- sums, products, powers: the normal form itself ----------------------------------------

rule("nothing added", "x + 0.0", "x", "0 changes no sum.")
rule("once", "x * 1.0", "x", "1 changes no product.")
rule("no times", "x * 0.0", "0.0 * x", "Nothing, however often.")
rule("difference", "x - y", "x + -1.0 * y", "Taking away is adding the negative.")
rule("negative", "-x", "-1.0 * x", "The negative is minus one times.")
rule(
    "quotient", "x / y", "x * y ** -1.0", "Dividing is multiplying by the inverse.", {"y": POSITIVE}
)
rule("like terms", "2.0 * x + 3.0 * x", "5.0 * x", "The distributive law, backwards.")
rule("like factors", "x * x", "x ** 2.0", "A power counts factors.")
rule("inverse factors", "x * x ** -1.0", "x ** 0.0", "Exponents add up.", {"x": POSITIVE})
rule("multiplied out", "x * (y + z)", "x * y + x * z", "The distributive law.")
rule("power of a product", "(x * y) ** 2.0", "x ** 2.0 * y ** 2.0", "Factors change places.")
rule("power of a power", "(x ** 2.0) ** 3.0", "x ** 6.0", "Counted in groups.")
rule("root", "x.sqrt()", "x ** 0.5", "Twice half an exponent is one.", {"x": POSITIVE})
rule("root twice", "x.sqrt() * x.sqrt()", "x", "That is what a root is.", {"x": POSITIVE})


# ---- exponentials and logarithms -----------------------------------------------------------

rule("exp of a sum", "(x + y).exp()", "x.exp() * y.exp()", "Exponents add up.")
rule("exp of a negative", "(-x).exp()", "x.exp() ** -1.0", "A negative exponent is an inverse.")
rule("exp of log", "x.log().exp()", "x", "log is the inverse of exp.", {"x": POSITIVE})
rule("log of exp", "x.exp().log()", "x", "log is the inverse of exp.")
rule("log of a product", "(x.exp() * y).log()", "x + y.log()", "Exponents add up.", {"y": POSITIVE})
rule(
    "log1p",
    "x.log1p()",
    "(1.0 + x).log()",
    "What it is; it differs in rounding alone.",
    {"x": POSITIVE},
)
rule("expm1", "x.expm1()", "x.exp() - 1.0", "What it is; it differs in rounding alone.")


def _exp(x: Expression) -> Expression | None:
    """exp of a sum as a product of powers of exp, one for each term."""
    parts = terms(x)
    if len(parts) != 1 or parts[0][1] != 1:
        return times(*(_power_of_exp(term, c) for term, c in parts))
    if is_call(x, "log"):
        return x.inputs[0]
    return None


def _power_of_exp(term: Expression, c: Fraction) -> Expression:
    if is_call(term, "log"):
        return power(term.inputs[0], c)
    if is_call(term, "where") and c == 1:
        return unary("exp", term)
    return product_of({applied(Operation("exp"), (term,), term.shape): c})


def _log(x: Expression) -> Expression | None:
    """log of a product of positive factors as a sum; of 1 + e^-u as log(1 + e^u) - u."""
    parts = terms(x)
    if len(parts) == 1 and parts[0][1] == 1 and x is not ONE:
        sides = factors(x)
        if is_call(x, "exp"):
            return x.inputs[0]
        if x.kind == "product" and all(interval(base).low >= 0 for base, _ in sides):
            return plus(*(scaled(n, unary("log", base)) for base, n in sides))
    if x is ONE:
        return ZERO
    u = _argument_of_one_plus_exp(x)
    if u is not None and _leads_negative(u):
        return plus(unary("log", plus(ONE, power(unary("exp", u), Fraction(-1)))), u)
    return None


rule(
    "log of 1 + e^x",
    "(1.0 + x.exp()).log()",
    "(1.0 + (-x).exp()).log() + x",
    "Take e^x out of the sum.",
)


def _argument_of_one_plus_exp(x: Expression) -> Expression | None:
    """u where the expression is 1 + e^u."""
    parts = dict(terms(x))
    if len(parts) != 2 or parts.get(ONE) != 1:
        return None
    (other, c) = next((t, c) for t, c in parts.items() if t is not ONE)
    sides = factors(other)
    if c != 1 or not all(is_call(base, "exp") for base, _ in sides):
        return None
    return plus(*(scaled(n, base.inputs[0]) for base, n in sides))


def _leads_negative(x: Expression) -> bool:
    parts = terms(x)
    return bool(parts) and parts[0][1] < 0


OF_FUNCTIONS["exp"] = [_exp]
OF_FUNCTIONS["log"] = [_log]
OF_FUNCTIONS["log1p"] = [lambda x: unary("log", plus(ONE, x))]
OF_FUNCTIONS["expm1"] = [lambda x: minus(unary("exp", x), ONE)]


# ---- sigmoid, tanh, softmax ----------------------------------------------------------------

rule("sigmoid", "1.0 / (1.0 + x.exp())", "(-x).sigmoid()", "The definition.")
rule("sigmoid of a negative", "(-x).sigmoid()", "1.0 - x.sigmoid()", "It is symmetric.")
rule("inverse of sigmoid", "1.0 / x.sigmoid()", "1.0 + (-x).exp()", "The definition.")
rule(
    "inverse of the other sigmoid",
    "1.0 / (1.0 - x.sigmoid())",
    "1.0 + x.exp()",
    "The definition, of the negative.",
)
rule(
    "exp times sigmoid",
    "x.exp() * x.sigmoid()",
    "x.exp() - x.sigmoid()",
    "e s = e - s, as s = e / (1 + e).",
)
rule(
    "sigmoid by exp",
    "x.sigmoid() / x.exp()",
    "1.0 - x.sigmoid()",
    "e^-x s = 1 - s, as s = 1 / (1 + e^-x).",
)
rule(
    "slope of sigmoid",
    "x.apply(LogisticDensity())",
    "x.sigmoid() * (1.0 - x.sigmoid())",
    "y (1 - y); it differs in rounding alone.",
)
rule("tanh of a negative", "(-x).tanh()", "-x.tanh()", "It is odd.")
rule("softmax", "x.exp() / x.exp().sum(axis=-1, keepdims=True)", "softmax(x)", "The definition.")


def _sigmoid(x: Expression) -> Expression | None:
    return minus(ONE, unary("sigmoid", scaled(-1, x))) if _leads_negative(x) else None


def _tanh(x: Expression) -> Expression | None:
    return scaled(-1, unary("tanh", scaled(-1, x))) if _leads_negative(x) else None


def _slope(x: Expression) -> Expression:
    s = unary("sigmoid", x)
    return times(s, minus(ONE, s))


OF_FUNCTIONS["sigmoid"] = [_sigmoid]
OF_FUNCTIONS["tanh"] = [_tanh]
OF_FUNCTIONS["logistic_density"] = [_slope]


def _inverse(x: Expression, n: Fraction) -> Expression | None:
    """Inverses of sigmoid, of 1 - sigmoid and of 1 + e^u, and powers of exp."""
    if is_call(x, "softmax", "sum") or n >= 0 or n.denominator != 1:
        return None
    found = None
    u = _argument_of_one_plus_exp(x)
    if u is not None:
        found = unary("sigmoid", scaled(-1, u))
    elif is_call(x, "sigmoid"):
        found = plus(ONE, unary("exp", scaled(-1, x.inputs[0])))
    else:
        parts = dict(terms(x))
        other = next((t for t in parts if is_call(t, "sigmoid")), None)
        if len(parts) == 2 and other and parts.get(ONE) == 1 and parts[other] == -1:
            found = plus(ONE, unary("exp", other.inputs[0]))
    return None if found is None else times(*[found] * -int(n))


OF_POWERS.append(_inverse)


def _exp_with_sigmoid(exponents: Exponents) -> Expression | None:
    """e^u s(u) = e^u - s(u) and e^-u s(u) = 1 - s(u), also where u is a sum."""
    for base, n in exponents.items():
        if not is_call(base, "sigmoid") or n < 1:
            continue
        u = base.inputs[0]
        for sign in (1, -1):
            shares = {t: c * sign for t, c in terms(u)}
            exps = {e: c for t, c in shares.items() for e in [_exp_of(t)]}
            if exps and _divide(exps, exponents):
                rest = dict(exponents)
                rest[base] -= 1
                for e, c in exps.items():
                    rest[e] -= c
                first = unary("exp", u) if sign == 1 else ONE
                return times(product_of(rest), minus(first, base))
    return None


def _divide(powers: Exponents, exponents: Exponents) -> bool:
    """Whether all of these powers stand in a product, with the same sign and no less often."""
    return all(
        exponents.get(base, 0) * n > 0 and abs(exponents[base]) >= abs(n)
        for base, n in powers.items()
    )


def _exp_of(term: Expression) -> Expression:
    return applied(Operation("exp"), (term,), term.shape)


def _softmax(exponents: Exponents) -> Expression | None:
    """e^x / sum(e^x) is softmax(x), for each power of it."""
    for base, n in exponents.items():
        if n >= 0 or not is_call(base, "sum"):
            continue
        inner = factors(base.inputs[0])
        if not all(is_call(e, "exp") and exponents.get(e, 0) * c >= abs(c) for e, c in inner):
            continue
        if not all(abs(exponents[e]) >= abs(c) for e, c in inner):
            continue
        x = plus(*(scaled(c, e.inputs[0]) for e, c in inner))
        rest = dict(exponents)
        rest[base] += 1
        for e, c in inner:
            rest[e] -= c
        made = applied(Operation("softmax", base.head.axes), (x,), base.inputs[0].shape)
        return times(product_of(rest), made)
    return None


OF_PRODUCTS.extend([_exp_with_sigmoid, _softmax])
