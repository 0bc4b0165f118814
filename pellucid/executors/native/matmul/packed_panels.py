"""All panels of the right matrix of a product, copied before: products of many turns read them.

emit_panel_copies   the code for some panels
panel_count         how many there are
copied_place        where one of them begins
"""

from llvmlite import ir

from pellucid.executors.native.llvm.counted_loops import Interval, choose
from pellucid.executors.native.llvm.indices import Index, Number
from pellucid.executors.native.llvm.loads_and_stores import element_address
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.matrices import Matrix
from pellucid.executors.native.matmul.packing import pack_panel
from pellucid.executors.native.matmul.tiling import tiling


def panel_count(spec: Contraction, target: Target) -> int:
    """How many panels the right matrix has."""
    return tiling(spec, target).panels


def copied_place(b: ir.IRBuilder, spec: Contraction, copies: ir.Value, column: Number) -> ir.Value:
    """Where the copy of the panel that begins at a column lies: those before it are whole."""
    elements = Index(b, column) * spec.k
    return element_address(b, copies, spec.dtype, elements)


def emit_panel_copies(
    b: ir.IRBuilder,
    spec: Contraction,
    target: Target,
    places: tuple[ir.Value, ir.Value],
    units: Interval,
) -> None:
    """Copy some panels. `places`: where the copies begin, and where the matrix does."""
    copies, original = places
    matrix = Matrix(b, original, spec.dtype, spec.b_strides)
    cut = tiling(spec, target)
    v = Vectors(b, spec.dtype, cut.lanes)
    all_of_k = Interval.of(b, 0, spec.k)
    is_ragged = spec.n != cut.panels * cut.columns
    with units.loop() as index:

        def body(final: bool) -> None:
            column = index * cut.columns
            width, _ = cut.of_panel(spec.n, final)
            place = copied_place(b, spec, copies, column)
            pack_panel(v, matrix.part(0, column), all_of_k, (spec.k, width), place)

        choose(index, cut.panels, is_ragged, body)
