"""The machine that code is generated for."""

from dataclasses import dataclass

import numpy as np
from llvmlite import binding


@dataclass(frozen=True)
class Target:
    """A CPU as the code generator sees it."""

    name: str
    cpu: str
    features: str
    vector_bytes: int
    registers: int

    def lanes(self, dtype):
        return self.vector_bytes // np.dtype(dtype).itemsize


def host():
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    features = binding.get_host_cpu_features()
    if features.get("avx512f"):
        return Target("avx512", binding.get_host_cpu_name(), features.flatten() , 64, 32)
    return Target("avx2", binding.get_host_cpu_name(), features.flatten(), 32, 16)


def machine(target):
    return binding.Target.from_default_triple().create_target_machine(cpu=target.cpu, features=target.features, opt=3, jit=True)
