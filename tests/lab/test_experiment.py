"""Experiments: what is read from their files, and what every one of them must have."""

import ast
import dataclasses
import inspect
import typing
from pathlib import Path

import pytest

import pellucid
from pellucid import lab
from pellucid.lab.experiment import SECTIONS, Docstring
from pellucid.lab.settings import fields_of
from pellucid.tune.space import Range

HOME = Path(pellucid.__file__).parent / "lab"
EXPERIMENTS = pytest.mark.parametrize("name", list(lab.EXPERIMENTS))
# What an experiment may import of pellucid: what any program can, and the lab's own frame.
ROOMS = "augment data functional languages measures models nn optim plot train tune"
PUBLIC = {"pellucid"} | {f"pellucid.{room}" for room in ROOMS.split()}


def test_sections_go_from_their_names_to_the_next():
    text = "One\n\nQuestion: a\n    b\nDo: c: d\nSee: e\n\nLearn: f\nSource: g"
    assert Docstring.read(text) == Docstring("One", "a b", "c: d", "e", "f", "g")


def test_every_file_of_a_topic_is_an_experiment():
    files = {p.stem.replace("_", "-") for p in HOME.glob("*/*.py") if p.stem != "__init__"}
    assert files == set(lab.EXPERIMENTS)
    assert sum(len(topic.experiments) for topic in lab.TOPICS) == len(lab.EXPERIMENTS)


@EXPERIMENTS
def test_its_words_are_whole(name):
    words = vars(lab.experiment(name).words)
    assert all(words[section.lower()] for section in SECTIONS)
    assert words["question"].endswith("?")
    assert not any("{" in text or "}" in text for text in words.values()), "no place for values"


@EXPERIMENTS
def test_its_settings_have_a_range_a_unit_and_a_meaning(name):
    settings = lab.experiment(name).settings
    assert dataclasses.fields(settings)
    for each in fields_of(settings).values():
        assert each.meaning
        if each.name != "data_dir":
            assert isinstance(each.range, Range) or each.kind is bool
            assert each.read(each.default) == each.default, "the default keeps to the range"
    assert "seed" in typing.get_type_hints(settings)


@EXPERIMENTS
def test_it_uses_what_any_program_can(name):
    tree = ast.parse(lab.experiment(name).code)
    for node in ast.walk(tree):
        module = str(node.module) if isinstance(node, ast.ImportFrom) else ""
        if module.startswith("pellucid"):
            assert module in PUBLIC or module.startswith("pellucid.lab."), module
        if isinstance(node, ast.Call):
            assert "print" not in ast.unparse(node.func), "run neither prints nor draws"


@EXPERIMENTS
def test_it_has_what_the_lab_asks_for(name):
    found = lab.experiment(name)
    assert list(inspect.signature(found.run).parameters) == ["settings"]
    assert list(inspect.signature(found.lesson).parameters) == ["settings", "seeds"]
    for draws in (found.figure, found.film, found.diagram):
        assert draws is None or list(inspect.signature(draws).parameters) == ["series"]
