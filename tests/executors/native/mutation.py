"""Faults planted in the compiler, to see whether the tests catch them.

    PYTHONPATH=.:tests python -m executors.native.mutation [--each N] [--seed S] [--jobs J]
        [--most M] [--results FILE] [OPERATOR ...]

plants N mutants (5) of each operator (`mutants`), one at a time, in a copy of the package, and
hunts each (`hunt`) in a process of its own with a limit of time. Prints the table of what caught
them, and those that nothing caught. FILE keeps the results: what is in it is not done again.
`equivalent.txt` lists mutants that change nothing that can be seen, each with the reason.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from executors.native.coverage import selected
from executors.native.hunt import digest_of
from executors.native.mutants import OPERATORS, Mutant, mutants, planted, source_of

ROOT = Path(__file__).parents[3]
SECONDS = 600  # for a hunt, on a machine that does other things too
WAYS = ("difference", "access outside", "exception", "decisions", "hang", "unit test")
Caught = tuple[str, str]  # by what, and where


def equivalent() -> dict[str, str]:
    """The mutants that change nothing that can be seen, each with the reason."""
    lines = (Path(__file__).parent / "equivalent.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("  # ", 1) for line in lines if line and not line.startswith("#"))
    return dict(pairs)


def caught(mutant: Mutant, digests: dict[int, str], *, thorough: bool = True) -> Caught:
    """What catches a mutant, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="mutant") as place:
        shutil.copytree(ROOT / "pellucid", Path(place) / "pellucid")
        target = Path(place) / source_of(mutant).relative_to(ROOT)
        target.write_text(planted(mutant), encoding="utf-8")
        given = {"module": mutant.module, "digests": digests, "thorough": thorough}
        return _hunted(place, json.dumps(given))


def _hunted(place: str, given: str) -> Caught:
    paths = os.pathsep.join([place, str(ROOT / "tests")])
    env = {**os.environ, "PYTHONPATH": paths, "PELLUCID_CACHE": os.devnull}
    with subprocess.Popen(
        [sys.executable, "-m", "executors.native.hunt"],
        env=env, text=True, start_new_session=True, cwd=place,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as child:  # fmt: skip
        try:
            out, err = child.communicate(given, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            return "hang", child.communicate()[1].strip().splitlines()[-1]
    last = (err.strip().splitlines() or [""])[-1]
    if child.returncode < 0:
        return "access outside", f"{signal.Signals(-child.returncode).name} in {last}"
    if child.returncode:
        return "exception", last[:100]
    by, where = json.loads(out.splitlines()[-1])
    return by, where


def chosen(operators: Iterable[str], each: int, seed: int) -> list[Mutant]:
    """The first mutants of some operators."""
    return [mutant for name in operators for mutant in mutants(name, seed)[:each]]


def table(results: dict[Mutant, Caught]) -> str:
    """For each operator how many mutants each way caught, and how many nothing did."""
    known = equivalent()
    lines = [f"{'':26}{'places':>8}{'tried':>7}" + "".join(f"{way:>16}" for way in WAYS)]
    lines[0] += f"{'equivalent':>12}{'survived':>10}"
    for name in OPERATORS:
        own = {m: by for m, (by, _) in results.items() if m.operator == name}
        if not own:
            continue
        ways, lost = Counter(own.values()), [m for m, by in own.items() if not by]
        same = sum(str(m) in known for m in lost)
        cells = "".join(f"{ways[way]:>16}" for way in WAYS)
        places = len(mutants(name))
        lines.append(f"{name:26}{places:>8}{len(own):>7}{cells}{same:>12}{len(lost) - same:>10}")
    return "\n".join(lines)


def survivors(results: dict[Mutant, Caught]) -> list[Mutant]:
    """Those that nothing caught and that are not known to be equivalent."""
    known = equivalent()
    return [m for m, (by, _) in results.items() if not by and str(m) not in known]


def main(arguments: list[str]) -> int:
    """Plant, hunt, print; whether one survived."""
    parser = argparse.ArgumentParser(prog="mutation")
    parser.add_argument("--each", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--most", type=int, help="programs that a mutant is hunted with")
    parser.add_argument("--results", type=Path)
    parser.add_argument("operators", nargs="*", default=list(OPERATORS))
    options = parser.parse_args(arguments)
    known: dict[str, Caught] = {}
    if options.results and options.results.exists():
        lines = options.results.read_text(encoding="utf-8").splitlines()
        known = {name: (by, where) for name, by, where in map(json.loads, lines)}
    digests = {seed: digest_of(seed) for seed in selected()[: options.most]}
    results: dict[Mutant, Caught] = {}

    def one(mutant: Mutant) -> None:
        found = known.get(str(mutant)) or caught(mutant, digests)
        results[mutant] = found
        print(f"{found[0] or 'SURVIVED':15} {mutant}  [{found[1]}]", flush=True)
        if options.results and str(mutant) not in known:
            with options.results.open("a", encoding="utf-8") as file:
                file.write(json.dumps([str(mutant), *found]) + "\n")

    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(one, chosen(options.operators, options.each, options.seed)))
    print(table(results))
    lost = survivors(results)
    print(f"{len(lost)} of {len(results)} survived", *(f"  {m}" for m in lost), sep="\n")
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
