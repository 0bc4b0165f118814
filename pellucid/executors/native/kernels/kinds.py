"""The kinds of kernels: a new one is a file, with a `KernelKind`, and a row here.

KINDS       a row for each class of kernels that have code
kind_of     that of a kernel
"""

from typing import Any

from pellucid.executors.native.ir.kernels import (
    ConvolutionLoop,
    Kernel,
    Loop,
    LoopStart,
    PanelCopy,
    Product,
    Single,
)
from pellucid.executors.native.kernels.convolution_loop import ConvolutionLoopKind
from pellucid.executors.native.kernels.copies import CopyBackKind, LoopStartKind
from pellucid.executors.native.kernels.kernel_kind import KernelKind
from pellucid.executors.native.kernels.loop_kind import LoopKind
from pellucid.executors.native.kernels.panel_copies import PanelCopyKind
from pellucid.executors.native.kernels.products import ProductKind
from pellucid.executors.native.kernels.standalone import SingleKind
from pellucid.executors.native.schedule.plan import CopyBack

KINDS: dict[type[Kernel], KernelKind[Any]] = {
    Loop: LoopKind(),
    Product: ProductKind(),
    Single: SingleKind(),
    ConvolutionLoop: ConvolutionLoopKind(),
    CopyBack: CopyBackKind(),
    LoopStart: LoopStartKind(),
    PanelCopy: PanelCopyKind(),
}


def kind_of(kernel: Kernel) -> KernelKind[Any]:
    """All that depends on the kind of a kernel."""
    return KINDS[type(kernel)]
