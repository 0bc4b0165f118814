"""The disk cache: what is damaged counts as absent, and no trouble with it stops a program."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from executors.native.examples import procedure

import pellucid as pc
from pellucid.executors.native import machine_code
from pellucid.executors.native.executor import Native
from pellucid.executors.native.ir.repeats import Repeat
from pellucid.executors.native.machine import cache as caches
from pellucid.executors.native.machine import system
from pellucid.executors.native.machine.cache import Cache, folder, key_of
from pellucid.executors.native.machine.target import forced, host
from pellucid.executors.native.machine_code import MachineCode
from pellucid.executors.native.schedule.work import Work

ROOT = Path(__file__).parents[4]
EXAMPLE = """graph(x: float32[5])
  %0: float32[5] = exp() of (x)
  return %0"""

ADDED = """graph(x: float32[3])
  %c0: float32[] = constant [{}.0]
  %0: float32[3] = add() of (x, %c0)
  return %0"""

FROM_DISK = """
import sys
import pellucid as pc
pc.compile(lambda x: x.exp())(pc.ones(5))
compilers = ("machine_code", "planning", "emission", "simplify", "contraction")
names = [name for name in sys.modules if name.startswith("pellucid.executors.native.")]
print(*(name for name in compilers if name in {n.rpartition(".")[2] for n in names}))
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def works():
    x = np.linspace(-1, 1, 5, dtype=np.float32)
    (y,) = Native(procedure(EXAMPLE))([x], [])
    np.testing.assert_allclose(y, np.exp(x), rtol=1e-6)
    return y


def test_what_is_kept_is_found(tmp_path):
    cache = Cache(tmp_path)
    cache.keep("a", b"code")
    assert cache.find("a") == b"code"
    assert cache.find("b") is None


@pytest.mark.parametrize("position", [0, 20, 51, -1])
def test_an_entry_with_a_wrong_byte_is_absent(tmp_path, position):
    cache = Cache(tmp_path)
    cache.keep("a", b"code" * 10)
    (file,) = tmp_path.iterdir()
    content = bytearray(file.read_bytes())
    content[position] ^= 1
    file.write_bytes(bytes(content))
    assert cache.find("a") is None


@pytest.mark.parametrize("length", [0, 10, 30, 49, 50, 60])
def test_a_truncated_entry_is_absent(tmp_path, length):
    cache = Cache(tmp_path)
    cache.keep("a", b"code" * 10)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:length])
    assert cache.find("a") is None


def test_an_entry_under_another_key_is_absent(tmp_path):
    cache = Cache(tmp_path)
    cache.keep("a", b"code")
    os.rename(tmp_path / "a.object", tmp_path / "b.object")
    assert cache.find("b") is None


def test_the_least_recently_used_entries_make_room(tmp_path):
    cache = Cache(tmp_path, limit_bytes=4 * 1100)
    for i, key in enumerate("abcd"):
        cache.keep(key, bytes(1000))
        os.utime(tmp_path / f"{key}.object", (i, i))
    (tmp_path / "left.part").write_bytes(bytes(100))
    os.utime(tmp_path / "left.part", (0, 0))
    assert cache.find("a") is not None  # used now
    cache.keep("e", bytes(1000))
    assert [key for key in "abcde" if cache.find(key)] == ["a", "c", "d", "e"]
    assert not (tmp_path / "left.part").exists()
    assert sum(f.stat().st_size for f in tmp_path.iterdir()) <= 4 * 1100


def test_other_files_of_the_folder_stay(tmp_path):
    (tmp_path / "letter.txt").write_bytes(bytes(5000))
    Cache(tmp_path, limit_bytes=100).keep("a", bytes(1000))
    assert (tmp_path / "letter.txt").exists()


def test_the_compiler_is_every_file_of_its_rooms_and_all_primitives(monkeypatch):
    """A change of any of them, in whichever folder, must be noticed."""
    read, package = [], ROOT / "pellucid"
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or b"")
    caches._compiler_digest.__wrapped__()
    expected = {*(package / "executors" / "native").rglob("*.py")}
    expected |= {*(package / "primitives").glob("*.py")}
    assert {path.resolve() for path in read} == {path.resolve() for path in expected}
    assert {path.parent.name for path in read} >= {"native", "schedule", "kernels", "primitives"}


def test_keys_depend_on_the_text_the_processor_and_the_compiler(monkeypatch):
    keys = {key_of("a", host()), key_of("b", host()), key_of("a", forced("sse"))}
    monkeypatch.setattr(caches, "_compiler_digest", lambda: "another compiler")
    keys.add(key_of("a", host()))
    monkeypatch.setattr(system, "described", lambda: "another system")
    keys.add(key_of("a", host()))
    assert len(keys) == 5


def test_the_folder_is_the_chosen_one_or_the_users(monkeypatch, tmp_path):
    monkeypatch.delenv("PELLUCID_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert folder() == tmp_path / "pellucid"
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path / "x"))
    assert folder() == tmp_path / "x"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("PELLUCID_CACHE", "~/x")
    assert folder() == tmp_path / "x"
    monkeypatch.delenv("PELLUCID_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "~/y")
    assert folder() == tmp_path / "y" / "pellucid"


def test_a_user_without_a_home_keeps_nothing(monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("PELLUCID_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    cache = Cache()
    cache.keep("a", b"code")
    assert cache.find("a") is None


def test_a_program_is_compiled_once_and_gives_the_same_bits(place, monkeypatch):
    cold = works()
    monkeypatch.setattr(machine_code, "_compiled", None)  # must not be needed again
    np.testing.assert_array_equal(works(), cold)


def test_constants_that_the_procedure_holds_are_not_kept_again(place, monkeypatch):
    large = np.arange(100_000, dtype=np.float32)

    def scaled(x):
        return x * pc.tensor(2.5).exp() + pc.tensor(large)

    x = np.ones(100_000, np.float32)
    cold = pc.compile(scaled)(x).numpy()
    assert sum(file.stat().st_size for file in place.glob("*.object")) < large.nbytes / 4
    monkeypatch.setattr(machine_code, "_compiled", None)
    np.testing.assert_array_equal(pc.compile(scaled)(x).numpy(), cold)
    np.testing.assert_allclose(cold, np.exp(2.5) + large, rtol=1e-6)


def test_kept_code_is_read_back_whole():
    work = (Work(3, 1.5e6), Work(1, 0.25, strips=4))
    own = np.arange(6, dtype=np.float64).reshape(2, 3)
    repeat = Repeat(turns=5, reverse=True, moves=(), items=(1, Repeat(2, False, (), (0,))))
    constants = (1, own, np.float32(2.5))
    names, bound = ("f", "g"), ((1, 2, 3), ())
    code = MachineCode(b"code", names, bound, work, ((0,), (repeat,)), 1, True, 4096, constants)
    again = MachineCode.unpacked(code.packed())
    assert again.constants[0] == 1
    np.testing.assert_array_equal(again.constants[1], own, strict=True)
    np.testing.assert_array_equal(again.constants[2], np.float32(2.5), strict=False)
    assert replace(again, constants=()) == replace(code, constants=())


def test_a_program_from_the_disk_is_not_planned(place):
    pc.compile(lambda x: x.exp())(pc.ones(5))
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", FROM_DISK],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["machine_code"]


def test_a_damaged_entry_is_compiled_again(place):
    works()
    for file in place.iterdir():
        file.write_bytes(file.read_bytes()[:-1])
    works()
    assert any(Cache(place).find(file.stem) for file in place.iterdir())


@pytest.mark.parametrize("where", ["/dev/null", "/proc/none", "/dev/null/below"])
def test_a_folder_that_cannot_be_written_is_harmless(monkeypatch, where):
    monkeypatch.setenv("PELLUCID_CACHE", where)
    works()


def test_an_entry_that_cannot_be_touched_is_used(tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError

    cache = Cache(tmp_path)
    cache.keep("a", b"code")
    monkeypatch.setattr(os, "utime", refused)
    assert cache.find("a") == b"code"


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    Cache(tmp_path).keep("a", b"code")
    assert not list(tmp_path.iterdir())


WORKER = """
import numpy as np
from executors.native.examples import procedure
from pellucid.executors.native.executor import Native
for n in range(5, 25):
    made = procedure(f"graph(x: float32[{n}])\\n %0: float32[{n}] = exp() of (x)\\n return %0")
    x = np.linspace(-1, 1, n, dtype=np.float32)
    assert np.allclose(Native(made)([x], [])[0], np.exp(x))
"""


def test_processes_share_a_cache_at_the_same_time(place):
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONPATH": paths}
    command = [sys.executable, "-c", WORKER]
    running = [subprocess.Popen(command, env=environment) for _ in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    assert len(list(place.glob("*.object"))) >= 20
    assert not list(place.glob("*.part"))
    assert all(Cache(place).find(file.stem) for file in place.glob("*.object"))


# ---- what others could have written ------------------------------------------------------------

OTHERS_FILE = "a file of the disk cache .* is not used, as it "
OTHERS_FOLDER = "the disk cache .* is not used, as it "
ANOTHER_USER = 12345

only_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)


@pytest.fixture
def kept(tmp_path):
    """A cache with one entry, and where that lies; nothing has been said of it yet."""
    caches._say.cache_clear()
    cache = Cache(tmp_path / "cache")
    cache.keep("a", b"code")
    return cache, cache.path / "a.object"


def test_what_the_user_alone_can_write_is_found_without_a_word(kept):
    cache, entry = kept
    assert cache.find("a") == b"code"
    assert (cache.path.stat().st_mode & 0o777, entry.stat().st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666, 0o777])
def test_an_entry_that_others_can_write_is_absent_until_it_is_made_again(kept, mode):
    cache, entry = kept
    entry.chmod(mode)
    with pytest.warns(UserWarning, match=rf"{OTHERS_FILE}can be written by others \(mode {mode:o}"):
        assert cache.find("a") is None
    assert cache.find("a") is None  # said once: a warning here would be an error
    cache.keep("a", b"code")
    assert cache.find("a") == b"code"


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777, 0o1777])
def test_a_folder_that_others_can_write_is_neither_read_nor_written(kept, mode):
    cache, _ = kept
    cache.path.chmod(mode)
    rule = f"can be written by others .mode {mode:o}.*chmod go-w"
    with pytest.warns(UserWarning, match=OTHERS_FOLDER + rule):
        assert cache.find("a") is None
    cache.keep("b", b"code")
    assert [file.name for file in cache.path.iterdir()] == ["a.object"]
    cache.path.chmod(0o755)  # they may read it
    assert cache.find("a") == b"code"


@only_root
def test_what_belongs_to_another_user_is_absent(kept):
    cache, entry = kept
    os.chown(entry, ANOTHER_USER, -1)
    with pytest.warns(UserWarning, match=f"{OTHERS_FILE}belongs to user {ANOTHER_USER}, not to "):
        assert cache.find("a") is None
    cache.keep("a", b"code")
    assert cache.find("a") == b"code"
    os.chown(cache.path, ANOTHER_USER, -1)
    with pytest.warns(UserWarning, match=f"{OTHERS_FOLDER}belongs to user {ANOTHER_USER}"):
        assert cache.find("a") is None


def test_every_user_but_the_owner_finds_nothing(kept, monkeypatch):
    """Root too: it would run what a user has written."""
    cache, _ = kept
    owner = os.geteuid()
    for user in (owner + 1, 0 if owner else ANOTHER_USER):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        with pytest.warns(UserWarning, match=f"belongs to user {owner}, not to user {user}. It ho"):
            assert cache.find("a") is None


def test_code_that_others_can_have_planted_is_not_run(place):
    """A well-formed entry: the code of x + 41 where that of x + 1 is looked for."""
    caches._say.cache_clear()
    x = np.arange(3, dtype=np.float32)

    def added(number):
        """x + number, and the entry that keeps its code."""
        before = set(place.glob("*.object"))
        (y,) = Native(procedure(ADDED.format(number)))([x], [])
        return y.tolist(), set(place.glob("*.object")) - before

    works()
    (_, (planted,)), (_, (entry,)) = added(41), added(1)
    code = Cache(place).find(planted.stem)
    assert code is not None
    Cache(place).keep(entry.stem, code)
    assert added(1)[0] == [41, 42, 43]  # the digest alone does not see it
    entry.chmod(0o666)
    with pytest.warns(UserWarning, match="can be written by others"):
        assert added(1)[0] == [1, 2, 3]
    assert added(1)[0] == [1, 2, 3]


@pytest.mark.parametrize("kind", ["pipe", "socket", "folder", "full", "link", "broken link"])
def test_an_entry_that_is_no_file_is_absent_and_replaced(kept, tmp_path, kind):
    cache, entry = kept
    entry.rename(tmp_path / "elsewhere")
    match kind:
        case "pipe":
            os.mkfifo(entry)
        case "socket":
            with socket.socket(socket.AF_UNIX) as opened:
                opened.bind(os.path.relpath(entry))
        case "folder":
            entry.mkdir()
        case "full":
            (entry / "below").mkdir(parents=True)
            (entry / "below" / "link").symlink_to(tmp_path / "elsewhere")
        case "link":
            entry.symlink_to(tmp_path / "elsewhere")
        case "broken link":
            entry.symlink_to(tmp_path / "nowhere")
    assert cache.find("a") is None
    cache.keep("a", b"code")
    assert cache.find("a") == b"code"
    assert entry.is_file()
    assert not entry.is_symlink()
    assert (tmp_path / "elsewhere").is_file()


def test_an_entry_larger_than_the_whole_cache_is_not_read(kept):
    cache, entry = kept
    with open(entry, "ab") as file:
        file.truncate(cache.limit_bytes + 1)  # takes no room on the disk
    assert cache.find("a") is None


def test_what_a_killed_process_left_goes_and_what_others_write_now_stays(kept):
    cache, _ = kept
    for name, age in (("old", caches.STALE_SECONDS + 60), ("new", 60)):
        (cache.path / f"{name}.part").write_bytes(b"half")
        os.utime(cache.path / f"{name}.part", (0, time.time() - age))
    cache.keep("b", b"code")
    assert [file.name for file in cache.path.glob("*.part")] == ["new.part"]


def test_a_folder_among_the_entries_does_not_keep_old_ones_from_going(kept):
    cache, _ = kept
    (cache.path / "0.object").mkdir()
    os.utime(cache.path / "0.object", (0, 0))
    small = Cache(cache.path, limit_bytes=100)
    small.keep("b", b"code" * 10)
    assert (small.find("a"), small.find("b")) == (None, b"code" * 10)


def test_on_windows_the_folder_lies_below_the_users_home(kept, monkeypatch, tmp_path):
    cache, entry = kept
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(system, "WINDOWS", True)
    assert system.why_open(entry, entry.stat()) == ""
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    with pytest.warns(UserWarning, match=f"{OTHERS_FOLDER}lies outside your home .*home"):
        assert cache.find("a") is None


@pytest.mark.parametrize(
    ("name", "form"), [("linux", "elf"), ("win32", "coff"), ("darwin", "macho")]
)
def test_the_system_is_told_with_its_form_of_object_files(monkeypatch, name, form):
    monkeypatch.setattr(sys, "platform", name)
    assert system.described().split()[::2] == [name, form]
