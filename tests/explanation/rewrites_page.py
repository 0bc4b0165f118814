"""The page of the rewrites, made from their table: docs/rewrites.md.

page        its text
"""

from collections.abc import Iterable

from explanation.table import captured, count

from pellucid.explanation import arrays, conditions, correlations, stepwise
from pellucid.explanation.rewrites import REWRITES, Rewrite

ROOMS = (arrays, conditions, correlations, stepwise)  # rules stand in the table once imported
HEAD = """# Rewrites

What [a written backward pass](explain.md#the-backward-pass-written-out) may write in the place
of what. This page is made from the table that is applied; a test compares them. Each left side
applies three primitives at most. Each rule is tested with numbers from all of its domain, edge
values among them, and in the expressions that are read: both sides are one. None knows a model, a
loss or a name.

Letters stand for arrays of finite numbers; *where* says what more a letter is. Sides are Python
over tensors.

| rule | in the place of | is written | where | as |
|---|---|---|---|---|
"""
TAIL = """
## Loops over time

| rule | in the place of | is written | as |
|---|---|---|---|
| a step of all steps | step t of what all steps have | what step t has | It was put there. |
| a step of each number | step t of f(x, y) | f of step t of x and of y | Each step for itself. |
| a step of a product | step t of x W | (step t of x) W | Its rows are those of x. |
| a sum over time | the sum of what all steps have | `sum_t` of what step t has | \
Terms change places. |
| what comes from behind | what step t is handed | what step t + 1 hands back | \
The chain rule, one step on. |

## Rewriting ends

Expressions are built from the inside out, and a rewrite puts a sum in the place of one term. Each
term has a weight, a whole number; each term of what is written weighs less than the term that it
stands for. So the multiset of all weights falls with each rewrite, and there is no endless way down
from it (Dershowitz and Manna, *Proving termination with multiset orderings*, 1979). Weights:

- a symbol 2; a product its factors together, and one for each product sign; a power one more;
- `exp`, `log` the square of their argument, so that they weigh more than their parts together;
- `sigmoid`, `softmax` and all others their argument and 2, the slope of `sigmoid` 12;
- 3 more where a minus sign leads in an argument, and more for log(1 + e^-x);
- an inverse of `sigmoid` or of 1 - `sigmoid` the square of its argument and 24, four times as much
  for each further power.

A test holds this against every rewrite that happens while the table, 100 drawn functions, 150 drawn
expressions and six networks are read. A function of a choice is taken apart by its first
condition, which is in neither of the parts: there are fewer at each step.
"""


def page() -> str:
    """The page as it is published."""
    ordered = sorted(REWRITES, key=lambda rule: rule.name)  # whichever room was imported first
    return HEAD + "\n".join(_rows(ordered)) + "\n" + TAIL


def _rows(rules: Iterable[Rewrite]) -> Iterable[str]:
    for rule in rules:
        assert count(captured(rule.left)) <= 3
        where = ", ".join(f"{letter}: {what}" for letter, what in rule.domain.items())
        cells = (rule.name, _code(rule.left), _code(rule.right), where, rule.why)
        yield f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")
