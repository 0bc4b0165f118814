"""The build of the site: experiments first, then each language, then the checks.

site    build it, and say what is wrong
"""

import filecmp
import re
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path

import checking
import outcomes
import staging

from pellucid.lab import EXPERIMENTS
from pellucid.languages import LANGUAGES

HERE = Path(__file__).resolve().parent
PICTURE = re.compile(r'(src="(?:\.\./)*)(_images/([^"]+))')
WORK = HERE.parents[1] / "build" / "book"


def site(out: Path, *, run: bool = True) -> int:
    """The site in a folder: English at its top, Chinese in `zh`. 0, or 1 where it failed."""
    start = time.perf_counter()
    prepare = outcomes.prepare if run else outcomes.draft
    prepare([*map(outcomes.Placed, EXPERIMENTS), *placed()])
    ready = time.perf_counter()
    shutil.rmtree(out, ignore_errors=True)
    with ProcessPoolExecutor(len(LANGUAGES)) as pool:
        codes = [*pool.map(one, LANGUAGES, (home(out, spoken) for spoken in LANGUAGES))]
    share(out, out / LANGUAGES[1])
    faults = list(checking.faults(out)) if not any(codes) else ["the generator failed"]
    print("\n".join(faults), file=sys.stderr)
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    print(f"{out}: {size / 1e6:.1f} MB, experiments in {ready - start:.0f} s, "
          f"pages in {time.perf_counter() - ready:.0f} s")  # fmt: skip
    return 1 if faults else 0


def share(first: Path, second: Path) -> None:
    """Pictures that are the same in both languages, such as films, are kept once."""
    same = [
        file.name
        for file in sorted((second / "_images").glob("*"))
        if (first / "_images" / file.name).is_file()
        and filecmp.cmp(file, first / "_images" / file.name, shallow=False)
    ]
    for name in same:
        (second / "_images" / name).unlink()
    for page in second.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        found = PICTURE.sub(
            lambda each: f"{each[1]}../{each[2]}" if each[3] in same else each[0], text
        )
        page.write_text(found, encoding="utf-8")


def home(out: Path, spoken: str) -> Path:
    """The folder of a language."""
    return out if spoken == LANGUAGES[0] else out / spoken


def placed() -> list[outcomes.Placed]:
    """The experiments that documents place."""
    texts = (path.read_text(encoding="utf-8") for path in staging.DOCS.rglob("*.md"))
    return [*chain.from_iterable(map(outcomes.placed, texts))]


def one(spoken: str, out: Path) -> int:
    """One language. What Sphinx returns."""
    from sphinx.cmd.build import build_main

    source, work = WORK / f"source-{spoken}", WORK / f"work-{spoken}"
    staging.stage(source, spoken)
    shutil.rmtree(work, ignore_errors=True)
    settings = [f"-Dlanguage={staging.SPHINX[spoken]}", "-q", "-W", "--keep-going", "-T"]
    made = ["-b", "html", "-c", str(HERE), "-d", str(work), *settings, str(source), str(out)]
    return int(build_main(made))
