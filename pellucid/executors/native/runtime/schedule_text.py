"""The schedule of a program in words: its kernels, what each fuses, and where values lie."""

from pellucid.executors.native.ir.kernels import Kernel, TurnedLoop
from pellucid.executors.native.kernels.kinds import kind_of
from pellucid.executors.native.schedule.planned import Planned


def schedule_text(shared: Planned) -> str:
    """One paragraph for each kernel, in order."""
    lines = []
    for number, kernel in enumerate(shared.plan.kernels):
        strips = shared.plan.strips[number]
        along = f", with the kernel before in {strips} strips" if strips > 1 else ""
        lines.append(f"kernel {number}: {_kind(kernel)}{along}")
        lines += [f"    {node}" for node in kernel.nodes]
        if isinstance(kernel, TurnedLoop):
            lines += [f"    {line}" for line in schedule_text(kernel.body).splitlines()]
        for value in kernel.stores:
            lines.append(f"    store {value.name} -> {_place(shared, value.name)}")
    return "\n".join(lines) + "\n"


def _kind(kernel: Kernel) -> str:
    if isinstance(kernel, TurnedLoop):
        return f"loop of {kernel.scan.steps} turns"
    return kind_of(kernel).described(kernel)


def _place(shared: Planned, name: str) -> str:
    place, plan = shared.plan.places[name], shared.plan
    if place.slot < plan.inputs:
        return f"variable {shared.graph.inputs[place.slot].name}, in place"
    if place.slot == plan.arena_slot:
        return f"arena + {place.offset}"
    return f"result {place.slot - plan.inputs - plan.constants}"
