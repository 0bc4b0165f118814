"""Settings of runs, by the names that they have elsewhere."""

import pytest

from pellucid.archive.settings import settings_of, spoken


def test_those_of_the_command_line_have_its_names() -> None:
    recipe = {
        "data": "moons",
        "data_options": {"samples": 40},
        "model": "mlp",
        "model_options": {"hidden": [100, 50]},
        "optimizer": "adam",
        "optimizer_options": {"learning_rate": 0.01},
        "early_stopping": None,
    }
    assert settings_of({"pellucid": "0.1.0", "recipe": recipe, "trainer": {"seed": 1}}) == {
        "data": "moons",
        "samples": 40,
        "model": "mlp",
        "hidden": "100,50",
        "optimizer": "adam",
        "learning_rate": 0.01,
    }


def test_those_of_a_trainer_are_what_it_was_told_and_what_was_added() -> None:
    trainer = {"seed": 3, "step": "graph 1", "data_checksum": "ab", "model": "Net(\n a\n)"}
    found = settings_of({"trainer": trainer, "mine": {"augment": True, "sizes": [1, 2]}})
    assert found == {"seed": 3, "model": "Net( a )", "mine.augment": True, "mine.sizes": "1,2"}


@pytest.mark.parametrize("config", [{}, {"recipe": 3}, {"trainer": []}, {"recipe": {"data": {}}}])
def test_what_comes_from_anywhere_breaks_nothing(config: dict[str, object]) -> None:
    assert isinstance(settings_of(config), dict)


def test_long_settings_are_shortened_and_cannot_move_the_cursor() -> None:
    assert spoken("Net(" + "x" * 40) == "Net(" + "x" * 25 + "..."
    assert spoken("a\x1b[2Jb") == "a\ufffd[2Jb"
    assert [spoken(value) for value in (1e-5, 7, False)] == ["1e-05", "7", "no"]
