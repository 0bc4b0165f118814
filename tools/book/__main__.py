"""Build the book: the site of all documents, in English and Chinese, readable offline.

    python tools/book                    into build/book/site; open index.html there
    python tools/book --out DIR          into DIR
    python tools/book --draft            without running experiments: their words alone, or as kept
    python tools/book --catalogues       bring the texts to be translated up to date, no site
    python tools/book --check            say which texts lack their translation, no site

Warnings are errors. Needs the extra `dev`; nothing is fetched. Exit code 1: it failed.
"""

import argparse
import sys
from pathlib import Path

try:
    import building
    import catalogues
except ModuleNotFoundError as error:
    sys.exit(f"tools/book: {error.name} is not installed: pip install -e '.[dev]'")

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Do it."""
    parser = argparse.ArgumentParser(prog="tools/book", description="Build the book.")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "book" / "site")
    parser.add_argument("--draft", action="store_true", help="Run no experiment.")
    parser.add_argument("--catalogues", action="store_true", help="Texts to be translated.")
    parser.add_argument("--check", action="store_true", help="Which of them are not.")
    asked = parser.parse_args()
    if asked.catalogues or asked.check:
        return catalogues.bring(write=asked.catalogues)
    return building.site(asked.out, run=not asked.draft)


if __name__ == "__main__":
    sys.exit(main())
