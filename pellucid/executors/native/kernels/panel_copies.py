"""Right matrices of products that stay as they are through a loop, copied once as panels.

PanelCopyKind   their units, time, code and words
"""

from pellucid.executors.native.ir.kernels import PanelCopy
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.kernel_kind import POINT_NANOSECONDS, KernelKind
from pellucid.executors.native.kernels.products import contraction
from pellucid.executors.native.matmul.packed_panels import emit_panel_copies, panel_count
from pellucid.executors.native.schedule.planned import Planned
from pellucid.graph import Shape


class PanelCopyKind(KernelKind[PanelCopy]):
    """Panel by panel of one matrix."""

    def units(self, kernel: PanelCopy, shared: Planned) -> int:
        """Panels."""
        spec = contraction(kernel.product, shared.views)
        return panel_count(spec, shared.target)

    def points(self, kernel: PanelCopy) -> int:
        """The elements of the matrix."""
        k, width = kernel.stores[0].shape
        return k * width

    def nanoseconds(self, kernel: PanelCopy) -> float:
        """As long as a primitive at each element."""
        return POINT_NANOSECONDS * self.points(kernel)

    def emit(self, frame: Frame, kernel: PanelCopy, number: int) -> None:
        """Copy them."""
        del number
        view = frame.views[kernel.product.nodes[0].inputs[1]]
        spec = contraction(kernel.product, frame.views)
        copies = frame.pointer(kernel.stores[0])
        matrix = frame.pointer(view.base, view.offset)
        places = copies, matrix
        emit_panel_copies(frame.builder, spec, frame.target, places, frame.units)

    def described(self, kernel: PanelCopy) -> str:
        """The shape of the matrix."""
        return f"panels of {list(self.shape(kernel))}"

    def bytes(self, kernel: PanelCopy, shared: Planned) -> int:
        """The matrix read, and its copy written."""
        del shared
        right = kernel.product.nodes[0].inputs[1]
        return right.nbytes + kernel.stores[0].nbytes

    def name(self, kernel: PanelCopy) -> str:
        """What a report calls it."""
        del kernel
        return "panels"

    def scope(self, kernel: PanelCopy) -> str:
        """The part of the model that the product computes."""
        return kernel.product.nodes[0].scope

    def shape(self, kernel: PanelCopy) -> Shape:
        """The shape of the matrix."""
        return kernel.product.nodes[0].inputs[1].shape[-2:]
