"""Values go forward, derivatives come back.

Question: How does one number at the end know what each number at the beginning has to do with it?
Do: Buy two apples at 100 with 10 percent of tax, and compute J = 3(a + bc). Write both as nodes
    that add or multiply, each of which also knows its way back. Compare what comes back with the
    library, and with a nudge: raise one number by 0.001 and look how much the result changes.
See: Forward 220, and J = 33. Back through an addition the derivative passes as it is; through a
    multiplication it is multiplied by the other number, so that inputs change places. An apple
    that is dearer by 1 makes the bill dearer by 2.2. The nudges say the same.
Learn: A derivative is how many times a nudge comes out at the end. Each node only knows itself:
    the rules are known in advance, their numbers when the values have come by. The chain rule
    multiplies along a way, and where ways meet it adds.
Source: The course's week on logistic regression, on computation graphs; Saito, Deep Learning from
    Scratch, O'Reilly 2016, chapter 5.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_most
from pellucid.languages import said
from pellucid.models import AddLayer, MultiplyLayer
from pellucid.tune import LogUniform, Uniform


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    price: Annotated[float, Uniform(0.0, 1000.0), "", "price of an apple"] = 100.0
    number: Annotated[float, Uniform(0.0, 100.0), "apples", "that are bought"] = 2.0
    tax: Annotated[float, Uniform(1.0, 2.0), "", "factor of the tax"] = 1.1
    a: Annotated[float, Uniform(-100.0, 100.0), "", "first number of J = 3(a + bc)"] = 5.0
    b: Annotated[float, Uniform(-100.0, 100.0), "", "second number of J"] = 3.0
    c: Annotated[float, Uniform(-100.0, 100.0), "", "third number of J"] = 2.0
    nudge: Annotated[float, LogUniform(1e-15, 10.0), "", "by how much a number is raised"] = 1e-3
    seed: Seed = 0


def bill(price: Any, number: Any, tax: Any) -> Any:
    """What the apples cost."""
    return price * number * tax


def bill_by_layers(price: float, number: float, tax: float) -> tuple[Any, Any]:
    """The bill, and its derivatives by price, number and tax."""
    apples = MultiplyLayer()
    taxed = MultiplyLayer()
    total = taxed.forward(apples.forward(price, number), tax)
    dapples, dtax = taxed.backward(1.0)
    dprice, dnumber = apples.backward(dapples)
    return total, (dprice, dnumber, dtax)


def cost(a: Any, b: Any, c: Any) -> Any:
    """J = 3(a + bc), step by step."""
    u = b * c
    v = a + u
    return 3.0 * v


def cost_by_layers(a: float, b: float, c: float) -> tuple[Any, Any]:
    """J, and its derivatives by a, b and c."""
    product = MultiplyLayer()
    total = AddLayer()
    tripled = MultiplyLayer()
    j = tripled.forward(3.0, total.forward(a, product.forward(b, c)))
    _, dv = tripled.backward(1.0)
    da, du = total.backward(dv)
    db, dc = product.backward(du)
    return j, (da, db, dc)


def run(settings: Settings) -> Series:
    """Results, and derivatives by layers, by the library and by nudges: as set, and as drawn."""
    drawn = pc.Generator(settings.seed).uniform(1.0, 10.0, (2, 3), pc.float64).numpy()
    inputs = (settings.price, settings.number, settings.tax), (settings.a, settings.b, settings.c)
    series: dict[str, Any] = {}
    for name, function, by_layers, given, other in (
        ("bill", bill, bill_by_layers, inputs[0], drawn[0]),
        ("cost", cost, cost_by_layers, inputs[1], drawn[1]),
    ):
        series[f"inputs_{name}"] = np.array(given)
        series[name] = np.array(by_layers(*given)[0])
        series[f"derivatives_{name}"] = ways(settings, function, by_layers, given)
        series[f"drawn_{name}"] = ways(settings, function, by_layers, other.tolist())
    return series


def ways(
    settings: Settings,
    function: Any,
    by_layers: Any,
    inputs: Sequence[float],
) -> Any:
    """Derivatives by layers, by the library, and by nudges: (3 ways, 3 inputs)."""
    derive = pc.grad(function, argument=(0, 1, 2))
    tensors = [pc.tensor(x, pc.float64) for x in inputs]
    nudged = []
    for place in range(len(inputs)):
        raised = list(inputs)
        raised[place] += settings.nudge
        nudged.append((function(*raised) - function(*inputs)) / settings.nudge)
    library = [derivative.item() for derivative in derive(*tensors)]
    return np.array([by_layers(*inputs)[1], library, nudged])


def figure(series: Series) -> Any:
    """Both graphs: values above the arrows, derivatives below them."""
    drawn, (first, second) = panels(2, 1, height=2.7)
    draw_bill(first, series)
    draw_cost(second, series)
    return drawn


def draw_bill(axes: Any, series: Series) -> None:
    """Apples that are multiplied by a price, and then by a tax."""
    (price, number, tax), (dprice, dnumber, dtax) = numbers(series, "bill")
    apples = price * number
    total = series["bill"]
    draw(
        axes,
        (("×", 2, 1), ("×", 4, 1)),
        (
            ((0, 2.6), (2, 1), f"{price:g}", f"{dprice:g}", said("price")),
            ((0, -0.6), (2, 1), f"{number:g}", f"{dnumber:g}", said("apples")),
            ((2, 1), (4, 1), f"{apples:g}", f"{tax:g}", ""),
            ((2, -1.6), (4, 1), f"{tax:g}", f"{dtax:g}", said("tax")),
            ((4, 1), (6, 1), f"{total:g}", "1", ""),
        ),
    )
    axes.set_title(said("apples with tax"))


def draw_cost(axes: Any, series: Series) -> None:
    """J = 3(a + bc)."""
    (a, b, c), (da, db, dc) = numbers(series, "cost")
    u = b * c
    v = a + b * c
    j = series["cost"]
    draw(
        axes,
        (("×", 2, -0.4), ("+", 4, 1), ("×3", 6, 1)),
        (
            ((2, 2.8), (4, 1), f"{a:g}", f"{da:g}", "a"),
            ((0, 1.2), (2, -0.4), f"{b:g}", f"{db:g}", "b"),
            ((0, -2), (2, -0.4), f"{c:g}", f"{dc:g}", "c"),
            ((2, -0.4), (4, 1), f"u = {u:g}", f"{da:g}", ""),
            ((4, 1), (6, 1), f"v = {v:g}", f"{da:g}", ""),
            ((6, 1), (8, 1), f"J = {j:g}", "1", ""),
        ),
    )
    axes.set_title("J = 3(a + bc)")


def numbers(series: Series, name: str) -> tuple[Any, Any]:
    """Inputs, and the derivatives by layers, rounded to six digits as they are drawn."""
    return series[f"inputs_{name}"], series[f"derivatives_{name}"][0]


def draw(axes: Any, nodes: Any, arrows: Any) -> None:
    """Circles, arrows from left to right, the value above each and the derivative below it."""
    for start, end, value, derivative, name in arrows:
        draw_arrow(axes, start, end, (value, derivative))
        axes.text(*start, name, ha="center", va="center")
    for sign, x, y in nodes:
        axes.plot(x, y, "o", markersize=26, markerfacecolor="none", color="C5")
        axes.text(x, y, sign, ha="center", va="center", fontsize=12)
    axes.set(xlim=(-0.5, 8.5), ylim=(-2.4, 3.2))
    axes.set_axis_off()


def draw_arrow(axes: Any, start: Any, end: Any, texts: tuple[str, str]) -> None:
    """An arrow with a value above its middle, and a derivative below."""
    value, derivative = texts
    style = {"arrowstyle": "->", "color": "C5", "shrinkA": 14, "shrinkB": 15}
    axes.annotate("", end, start, arrowprops=style)
    x = (start[0] + end[0]) / 2.0
    y = (start[1] + end[1]) / 2.0
    place: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "center"}
    place["bbox"] = {"facecolor": axes.get_facecolor(), "edgecolor": "none", "pad": 0.5}
    axes.annotate(value, (x, y), (0, 10), color="C0", **place)
    axes.annotate(derivative, (x, y), (0, -10), color="C1", style="italic", **place)


def diagram(series: Series) -> str:
    """Both graphs as the library explains them, one below the other."""
    first = explained(bill, series["inputs_bill"])
    second = explained(cost, series["inputs_cost"])
    width, height = size_of(first)
    other_width, other_height = size_of(second)
    size = f'width="{max(width, other_width)}" height="{height + other_height}"'
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    below = second.replace("<svg ", f'<svg y="{height}" ', 1)
    return f"{opened}{first}{below}</svg>"


def explained(function: Any, inputs: Any) -> str:
    """The graph of a function, as the library draws it."""
    numbers = map(float, inputs)
    return pc.explain(function, *numbers).graph().svg


def size_of(drawing: str) -> tuple[int, int]:
    """Width and height of a drawing, in pixels."""
    width, height = re.findall(r'(?:width|height)="(\d+)"', drawing)[:2]
    return int(width), int(height)


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """All three ways agree, for the numbers that are set and for drawn ones."""
    runs = repeated(run, settings, seeds)
    kinds = ("derivatives_bill", "derivatives_cost", "drawn_bill", "drawn_cost")
    tables = [found[kind] for found in runs for kind in kinds]
    library = max(np.abs(table[0] - table[1]).max() for table in tables)
    nudged = max(np.abs(table[0] - table[2]).max() for table in tables)
    return (
        at_most("largest difference of a derivative from that of the library", library, 1e-9),
        at_most("largest difference of a derivative from what a nudge shows", nudged, 1e-6),
    )
