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


def object_code(text, target):
    """Optimised object code of a module in text form."""
    made = machine(target)
    module = binding.parse_assembly(text)
    module.verify()
    options = binding.create_pipeline_tuning_options(speed_level=3)
    options.loop_unrolling = False
    options.slp_vectorization = False
    options.loop_vectorization = False
    builder = binding.create_pass_builder(made, options)
    builder.getModulePassManager().run(module, builder)
    return made.emit_object(module)


def loaded(code, target):
    """An engine that holds object code, ready to be called."""
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), machine(target))
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine


def assembly(text, target):
    """Optimised assembly of a module in text form."""
    made = machine(target)
    module = binding.parse_assembly(text)
    options = binding.create_pipeline_tuning_options(speed_level=3)
    builder = binding.create_pass_builder(made, options)
    builder.getModulePassManager().run(module, builder)
    return made.emit_assembly(module)
