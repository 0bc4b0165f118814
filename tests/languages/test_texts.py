"""Texts are given in the language chosen, and in English where they have no translation."""

import gettext
import subprocess
import sys
from string import Formatter

import pytest

from pellucid.languages import LANGUAGES, counted, language, marked, said, texts

CHINESE = range(0x4E00, 0xA000)  # the common block of ideographs
CATALOGUES = sorted(
    path.relative_to(texts.HOME).as_posix() for path in texts.HOME.glob("*/LC_MESSAGES/*.mo")
)

PEOPLE = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=1; plural=0;\n"

msgid "{name} is new"
msgstr "新: {name}"

msgid "{n} layer"
msgid_plural "{n} layers"
msgstr[0] "{n} 层"
"""


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """A catalogue of two texts, as translators would write it."""
    pofile = pytest.importorskip("babel.messages.pofile")
    mofile = pytest.importorskip("babel.messages.mofile")
    people = tmp_path / "one.po"
    people.write_text(PEOPLE, encoding="utf-8")
    path = tmp_path / "zh" / "LC_MESSAGES" / "one.mo"
    path.parent.mkdir(parents=True)
    with people.open("rb") as source, path.open("wb") as target:
        mofile.write_mo(target, pofile.read_po(source, locale="zh"))
    monkeypatch.setattr(texts, "HOME", tmp_path)
    texts._catalogue.cache_clear()
    yield
    texts._catalogue.cache_clear()


@pytest.mark.usefixtures("catalogue")
def test_a_text_is_said_in_the_language_chosen():
    new = marked("{name} is new")
    with language("zh"):
        assert said("{name} is new", name="w") == "新: w"
        assert said(new, name="w") == "新: w"
        assert [counted("{n} layer", "{n} layers", n) for n in (1, 2)] == ["1 层", "2 层"]
        assert said("{name} is old", name="w") == "w is old"
    with language("en"):
        assert said(new, name="w") == "w is new"
        assert [counted("{n} layer", "{n} layers", n) for n in (1, 2)] == ["1 layer", "2 layers"]


def test_a_value_called_as_any_argument_can_be_said():
    with language("en"):
        assert said("{text} and {n}, {{as}} it stands", text="a", n=2) == "a and 2, {as} it stands"
        assert counted("{n} of {one}", "{n} of {many}", 3, one=1, many=5) == "3 of 5"


def test_importing_pellucid_reads_no_catalogue():
    look = (
        "import sys, pellucid; "
        "print(*(m for m in sys.modules if m == 'gettext' or m.startswith('pellucid.languages')))"
    )
    done = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


# ---- the catalogues that there are --------------------------------------------------------


def pairs(path):
    """The texts of a catalogue, with their translations."""
    with (texts.HOME / path).open("rb") as file:
        found = vars(gettext.GNUTranslations(file))["_catalog"]
    return {key: value for key, value in found.items() if key}


def placeholders(text):
    """The names that are filled in, with how."""
    return {each[1:] for each in Formatter().parse(text) if each[1] is not None}


def unlike(text, translation):
    """What is wrong with a translation, if anything is."""
    if placeholders(text) != placeholders(translation):
        return "other placeholders"
    bare = "".join(literal for literal, *_ in Formatter().parse(translation))
    return "" if any(ord(c) in CHINESE for c in bare) else "no Chinese in it"


@pytest.mark.parametrize("path", CATALOGUES)
def test_no_text_lacks_its_translation(path):
    found = [(key, unlike(key[0] if isinstance(key, tuple) else key, value))
             for key, value in pairs(path).items()]  # fmt: skip
    assert [each for each in found if each[1]] == []


def test_no_text_has_two_translations():
    known: dict[object, str] = {}
    for path in CATALOGUES:
        for key, value in pairs(path).items():
            assert known.setdefault((path.partition("/")[0], key), value) == value, key


def test_each_language_but_english_has_a_folder():
    folders = {path.name for path in texts.HOME.iterdir() if (path / "LC_MESSAGES").is_dir()}
    assert folders <= {*LANGUAGES[1:]}


@pytest.mark.parametrize(
    ("text", "translation", "fault"),
    [
        ("{n} layers", "{n} 层", ""),
        ("{n} layers", "{m} 层", "other placeholders"),
        ("{n:.3g} layers", "{n} 层", "other placeholders"),
        ("{n} layers", "{n} layers", "no Chinese in it"),
    ],
)
def test_that_check_sees_what_is_wrong(text, translation, fault):
    assert unlike(text, translation) == fault
