"""Japanese names in Han without a space: divided where the given name begins, and met by their readings."""

from __future__ import annotations

import pytest

from rednotice.match import REPORTED_FROM
from rednotice.match.text import words
from tests.match.test_names import compared


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("鈴木一郎", "鈴木 一郎"),
        ("佐藤健", "佐藤 健"),
        ("佐々木希", "佐々木 希"),
        ("長谷川健一郎", "長谷川 健一郎"),
        ("鈴木まりこ", "鈴木 まりこ"),
        ("山田 孝之", "山田 孝之"),
        ("王小明", "王 小 明"),  # Chinese
        ("欧阳振华", "欧 阳 振 华"),
        ("林美玲", "林 美 玲"),  # of a surname that both have
        ("高橋", "高 橋"),  # a surname alone
    ],
)
def test_a_japanese_name_has_two_words(name: str, expected: str) -> None:
    assert " ".join(word.written for word in words(name)) == expected


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("鈴木一郎", ["Suzuki Ichiro", "Ichiro SUZUKI", "Suzuki Ichirou", "すずき いちろう", "スズキ イチロウ"]),
        ("佐藤健", ["Sato Takeru", "Satō Takeru"]),
        ("佐々木希", ["Sasaki Nozomi", "佐々木 希"]),
        ("高橋健一郎", ["Takahashi Kenichiro", "高橋 健一郎"]),
        ("井上尚弥", ["Inoue Naoya", "NAOYA INOUE"]),
    ],
)
def test_a_japanese_name_meets_its_readings(name: str, spellings: list[str]) -> None:
    for spelling in spellings:
        assert compared(name, spelling).score >= REPORTED_FROM, spelling
        assert compared(spelling, name).score >= REPORTED_FROM, spelling


@pytest.mark.parametrize(
    ("name", "written", "latin"),
    [
        ("王々", "王 々", "wang wang"),  # the character before it once more
        ("中さん", "中 さん", "zhong san"),
        ("𠮷林", "𠮷 林", "kichi lin"),
    ],
)
def test_what_no_dictionary_has_is_said_as_it_was_written(name: str, written: str, latin: str) -> None:
    assert " ".join(word.written for word in words(name)) == written
    assert " ".join(word.latin for word in words(name)) == latin
