"""`pellucid about`: versions, machine and places, as one pastes them into a report of a fault.

about    print them, as lines or as JSON
facts    the same by name, with sizes as numbers; told, as texts
"""

import os
import platform
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from pellucid import executors
from pellucid.cli.present import plain_console, write_json
from pellucid.executors.cpus import available
from pellucid.executors.threads import threads
from pellucid.version import __version__

Facts = dict[str, Any]

CORE = ("numpy", "llvmlite", "safetensors", "click", "rich")
EXTRAS = {
    "plot": ("matplotlib", "pillow"),
    "sklearn": ("scikit-learn",),
    "hdf5": ("h5py",),
    "gzip": ("zlib-ng",),
    "explain": ("graphlay",),
}
GIB = 2**30
MIB = 2**20


def about(*, as_json: bool) -> int:
    """Print what is known of this installation and machine."""
    found = facts()
    if as_json:
        write_json(found)
        return 0
    lines = told(found)
    console = plain_console()
    width = max(map(len, lines))
    for name, text in lines.items():
        console.print(f"{name:{width}}  {text}")
    return 0


def facts() -> Facts:
    """Versions, machine and places by name, sizes in bytes; None stands for what is unknown.

    Nothing of it is secret but the paths.
    """
    return {
        "pellucid": {"version": __version__, "path": str(Path(__file__).parents[1])},
        "Python": {
            "version": platform.python_version(),
            "implementation": platform.python_implementation(),
            "path": sys.executable,
        },
        "system": {"name": platform.platform(), "machine": platform.machine()},
        "CPU": _cpu(),
        "threads": {"used": threads(), "allowed": available(), "in the machine": os.cpu_count()},
        "memory": _memory(),
        "executor": _executor(),
        "packages": {name: _version(name) for name in CORE},
        "extras": {extra: {name: _version(name) for name in EXTRAS[extra]} for extra in EXTRAS},
        "disk cache": _cache(),
        "this folder": {"path": str(Path.cwd())} | _free(Path.cwd()),
    }


def told(found: Facts) -> dict[str, str]:
    """The same as texts."""
    python, system, count, memory = (found[n] for n in ("Python", "system", "threads", "memory"))
    cache, here, executor = (found[name] for name in ("disk cache", "this folder", "executor"))
    sizes = f"{cache['bytes'] / MIB:.1f} of {cache['limit bytes'] / MIB:.0f} MiB"
    vectors = (
        f": {executor['target']} code for {executor['CPU']}, {executor['float32 a vector']} "
        "float32 a vector"
        if "target" in executor
        else ""
    )
    return {
        "pellucid": f"{found['pellucid']['version']} in {found['pellucid']['path']}",
        "Python": f"{python['version']} ({python['implementation']}), {python['path']}",
        "system": f"{system['name']}, {system['machine']}",
        "CPU": found["CPU"],
        "threads": ", ".join(f"{number} {word}" for word, number in count.items()),
        "memory": f"{_gib(memory['bytes'])}, {_gib(memory['unused bytes'])} unused",
        "executor": executor["name"] + vectors,
        "packages": _versions(found["packages"]),
        **{f"extra {name}": _extra(name, found["extras"][name]) for name in EXTRAS},
        "disk cache": f"{cache['path']}, {cache['programs']} programs, {sizes}{_told_free(cache)}",
        "this folder": f"{here['path']}{_told_free(here)}",
    }


def _gib(size: int | None) -> str:
    return "unknown" if size is None else f"{size / GIB:.1f} GiB"


def _told_free(place: Facts) -> str:
    free = place["free bytes"]
    return f", free space unknown ({place['reason']})" if free is None else f", {_gib(free)} free"


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _versions(packages: dict[str, str | None]) -> str:
    return ", ".join(f"{name} {version or 'missing'}" for name, version in packages.items())


def _extra(name: str, packages: dict[str, str | None]) -> str:
    install = "" if all(packages.values()) else f", install with: pip install 'pellucid[{name}]'"
    return _versions(packages) + install


def _cpu() -> str:
    """Its name as Linux knows it, else as Python does."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> Facts:
    """Of the whole machine, where the system tells."""
    try:
        pages = os.sysconf("SC_PHYS_PAGES")
        free = os.sysconf("SC_AVPHYS_PAGES")
        size = os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return {"bytes": None, "unused bytes": None}
    return {"bytes": pages * size, "unused bytes": free * size}


def _executor() -> Facts:
    """The default executor, with the vectors that the native one writes code for."""
    name = executors.default()
    if name != "native":
        return {"name": name}
    from pellucid.executors.native.machine.target import host

    target = host()
    lanes = target.lanes(np.dtype(np.float32))
    return {"name": name, "target": target.name, "CPU": target.cpu, "float32 a vector": lanes}


def _cache() -> Facts:
    from pellucid.executors.native.machine.cache import Cache

    cache = Cache()
    entries, size = cache.content()
    where = {"path": str(cache.path), "programs": entries, "bytes": size}
    return where | {"limit bytes": cache.limit_bytes} | _free(cache.path)


def _free(path: Path) -> Facts:
    """Free space where a folder is, or would be made; else why it is unknown."""
    while not path.exists() and path != path.parent:
        path = path.parent
    try:
        return {"free bytes": shutil.disk_usage(path).free}
    except OSError as reason:
        return {"free bytes": None, "reason": reason.strerror}
