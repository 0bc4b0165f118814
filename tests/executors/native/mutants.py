"""Faults to plant in the compiler: small changes of its source, one at a time.

    OPERATORS   by name: what kind of change
    Mutant      one change at one place
    mutants     those of an operator, in an order that a seed decides
    planted     the source of a module with a mutant in it; source_of: the file

A place is where an operator can change the syntax tree of a module. Which places are tried is
not chosen by hand: they are ranked by a digest of the seed, the operator and the place. What is
changed elsewhere in the source leaves the rank of a place as it is.
"""

import ast
import copy
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pellucid.executors.native

HOME = Path(pellucid.executors.native.__file__).parent
# These decide nothing about results or speed: what they say of a program is tested by itself.
LEFT_OUT = {"report", "peak", "schedule_text", "cache", "__init__"}

Change = Callable[[Any], ast.AST | None]  # of a node of a syntax tree; None where it is no place


@dataclass(frozen=True)
class Mutant:
    """A change by an operator: of the `count`th such expression in a function of a module."""

    operator: str
    module: str
    function: str
    text: str
    count: int

    def __str__(self) -> str:
        number = f" ({self.count + 1})" if self.count else ""
        return f"{self.operator}: {self.module}.{self.function}: {self.text}{number}"


# ---- operators ---------------------------------------------------------------------------


def _name(node: ast.AST) -> str:
    """The last part of the name of what a node is or calls."""
    match node:
        case ast.Call(func=function):
            return _name(function)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Subscript(value=value):
            return _name(value)
    return ""


def _plus(node: Any, number: int) -> ast.AST:
    return ast.BinOp(node, ast.Add(), ast.Constant(number))


# Put into a module where one more than a number is wanted, or a shape that ends in one more.
_MORE = ast.parse("""
def _one_more(x):
    if isinstance(x, (tuple, list)) and x and isinstance(x[-1], int):
        return type(x)([*x[:-1], x[-1] + 1])
    return x + 1
""").body[0]


# Put into a module where a loop is to end a step before its end.
_LESS = ast.parse("""
def _less_by_a_step(b, end, step):
    from pellucid.executors.native.llvm.indices import Index
    return (Index(b, end) - step).raw
""").body[0]


def _named(*names: str) -> Callable[[Any], bool]:
    """Whether a node reads a number of one of these names."""

    def holds(node: Any) -> bool:
        reads = isinstance(getattr(node, "ctx", None), ast.Load)
        is_part = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
        return reads and (is_part or isinstance(node, ast.Name)) and _name(node) in names

    return holds


def _one_more(holds: Callable[[Any], bool]) -> Change:
    return lambda node: _more(node) if holds(node) else None


def _more(node: Any) -> ast.AST:
    return ast.Call(ast.Name("_one_more", ast.Load()), [node], [])


def _is_call(node: Any, *names: str) -> bool:
    return isinstance(node, ast.Call) and _name(node) in names


def _statement(node: Any, *parts: str) -> bool:
    """Whether a statement is a call of a function whose name has one of some parts."""
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    return is_call and any(part in _name(node.value) for part in parts)


def _mask_dropped(node: Any) -> ast.AST | None:
    if isinstance(node, ast.keyword) and node.arg == "mask":
        return ast.keyword("mask", ast.Constant(None))
    return ast.Constant(None) if _is_call(node, "_mask", "first", "below") else None


def _bound_off(node: Any) -> ast.AST | None:
    if not _is_call(node, "counted", "carried") or len(node.args) < 3:
        return None
    end = copy.deepcopy(node)
    step = end.args[3] if len(end.args) > 3 else ast.Constant(1)
    less = ast.Name("_less_by_a_step", ast.Load())
    end.args[2] = ast.Call(less, [end.args[0], end.args[2], step], [])
    return end


def _wait_removed(node: Any) -> ast.AST | None:
    waits = ("wait", "atomic", "lock", "signal", "broadcast", "fence", "rest", "forget", "sleep")
    return ast.Pass() if _statement(node, *waits) else None


def _lanes_swapped(node: Any) -> ast.AST | None:
    if not (_is_call(node, "range") and isinstance(node.func, ast.Name)):
        return None
    return ast.Subscript(node, ast.Slice(None, None, ast.Constant(-1)), ast.Load())


def _operands_swapped(node: Any) -> ast.AST | None:
    names = ("sub", "udiv", "urem", "sdiv", "srem", "fsub", "select", "gep", "at", "fma", "store")
    if not _is_call(node, *names) or len(node.args) < 2:
        return None
    swapped = copy.deepcopy(node)
    swapped.args[-2:] = swapped.args[:-3:-1]
    return swapped


def _not_cleared(node: Any) -> ast.AST | None:
    if not _statement(node, "store", "_store", "_put", "keep"):
        return None
    words = {_name(n) for n in ast.walk(node)}
    return ast.Pass() if words & {"zero", "start", "identity", "zeros"} else None


def _condition_inverted(node: Any) -> ast.AST | None:
    if not isinstance(node, ast.If | ast.IfExp):
        return None
    inverted = copy.copy(node)
    inverted.test = ast.UnaryOp(ast.Not(), node.test)
    return inverted


_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


def _comparison_inverted(node: Any) -> ast.AST | None:
    if not _is_call(node, "icmp_signed", "icmp_unsigned", "fcmp_ordered"):
        return None
    if not isinstance(node.args[0], ast.Constant):
        return None
    inverted = copy.deepcopy(node)
    inverted.args[0] = ast.Constant(_OPPOSITE[node.args[0].value])
    return inverted


_LOOSE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}


def _comparison_loosened(node: Any) -> ast.AST | None:
    if not isinstance(node, ast.Compare) or type(node.ops[0]) not in _LOOSE:
        return None
    return ast.Compare(node.left, [_LOOSE[type(node.ops[0])](), *node.ops[1:]], node.comparators)


_EXTREMES = {
    "min": "max", "max": "min", "smaller": "larger", "larger": "smaller",
    "minimum": "maximum", "maximum": "minimum",
}  # fmt: skip


def _extremes_swapped(node: Any) -> ast.AST | None:
    name = _EXTREMES.get(_name(node))
    if not isinstance(node, ast.Call) or name is None:
        return None
    swapped = copy.deepcopy(node)
    if isinstance(node.func, ast.Name):
        swapped.func = ast.Name(name, ast.Load())
    else:
        swapped.func.attr = name
    if name not in {"min", "max"}:
        return swapped
    swapped.keywords = [k for k in swapped.keywords if k.arg != "default"]
    return swapped if len(swapped.keywords) == len(node.keywords) else None


def _constant_changed(node: Any) -> ast.AST | None:
    if not isinstance(node, ast.Constant) or type(node.value) not in {int, float}:
        return None
    if isinstance(node.value, float):
        return ast.Constant(node.value * (1 + 2.0**-12) if node.value else 2.0**-12)
    return ast.Constant(node.value + 1)


_ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult,
               ast.Mod: ast.FloorDiv}  # fmt: skip
_EMITTED = {"add": "sub", "sub": "add", "mul": "add", "udiv": "mul", "urem": "udiv",
            "fadd": "fsub", "and_": "or_", "or_": "and_"}  # fmt: skip


def _operation_changed(node: Any) -> ast.AST | None:
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        return ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
    return None


def _instruction_changed(node: Any) -> ast.AST | None:
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    if not is_method or node.func.attr not in _EMITTED or len(node.args) < 2:
        return None
    return ast.Call(
        ast.Attribute(node.func.value, _EMITTED[node.func.attr], ast.Load()),
        node.args,
        node.keywords,
    )


def _call_left_out(node: Any) -> ast.AST | None:
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    return ast.Pass() if is_call else None


def _and_or(node: Any) -> ast.AST | None:
    if not isinstance(node, ast.BoolOp):
        return None
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    return ast.BoolOp(other, node.values)


def _list_shortened(node: Any) -> ast.AST | None:
    """A list without its last part: a case, a rule, a store that is forgotten."""
    if not isinstance(node, ast.List | ast.Tuple) or len(node.elts) < 3:
        return None
    if not isinstance(node.ctx, ast.Load):
        return None
    return type(node)(node.elts[:-1], ast.Load())


OPERATORS: dict[str, Change] = {
    "wrong stride": _one_more(_named("stride", "strides", "along", "apart", "pitch", "down")),
    "wrong offset": _one_more(_named("offset", "start", "first", "begin", "before")),
    "wrong size": _one_more(_named("size", "count", "rows", "width", "shape", "lanes", "depth")),
    "mask dropped": _mask_dropped,
    "bound off by one": _bound_off,
    "wait removed": _wait_removed,
    "lanes swapped": _lanes_swapped,
    "operands swapped": _operands_swapped,
    "accumulator not cleared": _not_cleared,
    "condition inverted": _condition_inverted,
    "comparison inverted": _comparison_inverted,
    "comparison loosened": _comparison_loosened,
    "least and most swapped": _extremes_swapped,
    "constant changed": _constant_changed,
    "operation changed": _operation_changed,
    "instruction changed": _instruction_changed,
    "call left out": _call_left_out,
    "and, or exchanged": _and_or,
    "list shortened": _list_shortened,
}


# ---- places ------------------------------------------------------------------------------


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """The functions of a module with their names, those of classes included."""
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        for each in inside:
            if isinstance(each, ast.FunctionDef):
                name = f"{node.name}.{each.name}" if each is not node else each.name
                yield name, each


def _inside(function: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Every node that could be another: its parent, the field, and the place in a list."""
    waiting: list[ast.AST] = [function]
    while waiting:
        parent = waiting.pop()
        for field, value in ast.iter_fields(parent):
            if field in {"annotation", "returns", "decorator_list", "args"} and isinstance(
                parent, ast.FunctionDef | ast.arg | ast.AnnAssign
            ):
                continue
            if isinstance(value, ast.AST):
                yield parent, field, None
                waiting.append(value)
            elif isinstance(value, list):
                for i, each in enumerate(value):
                    if isinstance(each, ast.AST):
                        yield parent, field, i
                        waiting.append(each)


def _of_module(path: Path, operator: str) -> Iterator[tuple[Mutant, Callable[[], None], ast.AST]]:
    """The mutants of a module, each with what plants it in the tree."""
    tree, change = ast.parse(path.read_text(encoding="utf-8")), OPERATORS[operator]
    for name, function in _functions(tree):
        seen: dict[str, int] = {}
        for parent, field, i in _inside(function):
            value = getattr(parent, field)
            node = value if i is None else value[i]
            changed = change(node)
            if changed is None or _is_text(parent, node) or _only_counts(parent):
                continue
            text = " ".join(ast.unparse(node).split("\n")[0].split())[:90]
            seen[text] = seen.get(text, -1) + 1

            def plant(
                parent: ast.AST = parent, field: str = field, i: Any = i, new: Any = changed
            ) -> None:
                if i is None:
                    setattr(parent, field, new)
                else:
                    getattr(parent, field)[i] = new

            yield Mutant(operator, _module(path), name, text, seen[text]), plant, tree


def _is_text(parent: ast.AST, node: ast.AST) -> bool:
    """Whether it is part of a message, or of an assertion."""
    return isinstance(parent, ast.JoinedStr | ast.FormattedValue | ast.Raise) or isinstance(
        node, ast.Raise
    )


def _only_counts(parent: ast.AST) -> bool:
    """Whether a loop goes over a range to do the same thing so often."""
    return isinstance(parent, ast.For | ast.comprehension) and _name(parent.target) == "_"


def mutants(operator: str, seed: int = 0) -> list[Mutant]:
    """All mutants of an operator, the first ones first."""
    found = [
        mutant
        for path in sorted(HOME.rglob("*.py"))
        if path.stem not in LEFT_OUT
        for mutant, _, _ in _of_module(path, operator)
    ]
    return sorted(found, key=lambda m: hashlib.sha256(f"{seed} {m}".encode()).digest())


def _module(path: Path) -> str:
    """The name of a module, with its folder's."""
    return ".".join(path.relative_to(HOME).with_suffix("").parts)


def source_of(mutant: Mutant) -> Path:
    """The file of the mutant's module."""
    return HOME.joinpath(*mutant.module.split(".")).with_suffix(".py")


def planted(mutant: Mutant) -> str:
    """The source of the mutant's module with the change in it."""
    for found, plant, tree in _of_module(source_of(mutant), mutant.operator):
        if found == mutant:
            plant()
            if mutant.operator.startswith("wrong "):
                tree.body.insert(1, _MORE)
            elif mutant.operator == "bound off by one":
                tree.body.insert(1, _LESS)
            return ast.unparse(ast.fix_missing_locations(tree))
    raise ValueError(f"no such place: {mutant}")
