"""Words of the command line: the nearest right one is told, and diagrams stand as they are."""

import click
import pytest

from pellucid.cli.words import Commands, OneOf, complain


@click.group(cls=Commands)
def tool() -> None:
    pass


@tool.group()
def lab() -> None:
    pass


@lab.command()
def show() -> None:
    pass


@tool.command()
def train() -> None:
    pass


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("trian", "there is no 'trian'. Did you mean 'train'?"),
        ("show", "there is no 'show'. Write `tool lab show`."),
        ("fit", "there is no 'fit'. Write `pellucid train digits`."),
    ],
)
def test_an_unknown_command_is_answered_with_the_right_one(word: str, message: str) -> None:
    with pytest.raises(click.UsageError) as error:
        tool.resolve_command(click.Context(tool, info_name="tool"), [word])
    assert error.value.message.startswith(message)


def test_one_of_several_names() -> None:
    kind = OneOf(["adam", "sgd"])
    assert kind.convert("sgd", None, None) == "sgd"
    with pytest.raises(click.BadParameter, match=r"'adm' is not known. Did you mean 'adam'"):
        kind.convert("adm", None, None)


def test_a_complaint_is_one_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    complain("a file\nnamed \x1b[31mred")
    assert capsys.readouterr().err == "pellucid: a file named [31mred\n"


def test_a_diagram_stands_below_it_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    complain("sizes differ\n    (2,  3)\n    (2,  4)")
    assert capsys.readouterr().err == "pellucid: sizes differ\n    (2,  3)\n    (2,  4)\n"
