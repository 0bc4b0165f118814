"""Which language explanations are given in."""

import threading

import pytest

from pellucid.errors import OptionError
from pellucid.languages import LANGUAGES, chosen, language


@pytest.mark.parametrize(
    ("surroundings", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_CN", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_MESSAGES": "en_GB", "LANG": "zh_CN"}, "en"),
        ({"PELLUCID_LANGUAGE": "en", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        ({"PELLUCID_LANGUAGE": "zh-Hans", "LC_ALL": "C"}, "zh"),
        ({"PELLUCID_LANGUAGE": "", "LANG": "zh_CN"}, "zh"),
    ],
)
def test_what_was_said_first_decides(surroundings, expected):
    assert chosen(surroundings) == expected


def test_a_with_block_decides_before_the_environment(monkeypatch):
    monkeypatch.setenv("PELLUCID_LANGUAGE", "zh")
    assert chosen() == "zh"
    with language("en"):
        assert chosen() == "en"
        with language("zh_CN.UTF-8"):
            assert chosen() == "zh"
        assert chosen() == "en"
    assert chosen() == "zh"


def test_a_with_block_ends_with_an_error_too(monkeypatch):
    monkeypatch.setenv("PELLUCID_LANGUAGE", "en")
    with pytest.raises(KeyError), language("zh"):
        raise KeyError
    assert chosen() == "en"


def test_a_with_block_holds_for_its_own_thread(monkeypatch):
    monkeypatch.setenv("PELLUCID_LANGUAGE", "en")
    seen: list[str] = []
    with language("zh"):
        other = threading.Thread(target=lambda: seen.append(chosen()))
        other.start()
        other.join()
    assert seen == ["en"]


def test_a_language_that_there_is_not_names_those_known(monkeypatch):
    with pytest.raises(OptionError, match=r"^language: 'fr'\. Known: en, zh\.$"), language("fr"):
        pass
    monkeypatch.setenv("PELLUCID_LANGUAGE", "klingon")
    with pytest.raises(OptionError, match=r"^PELLUCID_LANGUAGE: 'klingon'\. Known: en, zh\.$"):
        chosen()


def test_the_first_language_is_that_of_the_code():
    assert LANGUAGES[0] == "en"
