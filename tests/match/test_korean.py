"""Korean names: which are told from foreign ones in Hangul, and by which spellings their syllables are met."""

from __future__ import annotations

import pytest

from rednotice.match.text import words

# As passports have them, by the Revised Romanisation, and as the North writes.
SPELLINGS = """
김민준 Kim Min Jun; 김민준 Gim Min Joon; 박서연 Park Seo Yeon; 박서연 Pak So Yon; 박서연 Bak Suh Youn
이지훈 Lee Ji Hoon; 이지훈 Yi Chi Hun; 이지훈 Rhee Jee Hun; 리영호 Ri Yong Ho; 최은경 Choi Eun Kyung
최은경 Choe Eun Gyeong; 정다은 Jung Da Eun; 정다은 Chong Ta Un; 정다은 Jeong Da Un; 정다은 Chung Da Eun
강현우 Kang Hyun Woo; 강현우 Gang Hyeon U; 조성호 Cho Sung Ho; 조성호 Jo Seong Ho; 조성호 Cho Song Ho
윤숙희 Yoon Sook Hee; 윤숙희 Yun Suk Hui; 임재현 Lim Jae Hyun; 임재현 Im Chae Hyon; 림철수 Rim Chol Su
오세훈 Oh Se Hoon; 신동엽 Shin Dong Yup; 신동엽 Sin Tong Yeop; 우상혁 Woo Sang Hyuk; 안시현 Ahn Si Hyun
허영진 Hur Young Jin; 허영진 Heo Yeong Jin; 류명선 Ryu Myung Sun; 유병철 Yoo Byung Chul; 노규민 Roh Kyu Min
변혜리 Byun Hye Ri
"""


@pytest.mark.parametrize("case", [case.split() for case in SPELLINGS.replace("\n", ";").split(";") if case.strip()])
def test_a_korean_name_without_a_space_meets_its_spellings_word_by_word(case: list[str]) -> None:
    name, *spellings = case
    asked = words(name)
    assert "".join(word.written for word in asked) == name
    for syllable, spelling in zip(asked, spellings, strict=True):
        (listed,) = words(spelling)
        assert syllable.latin == listed.latin or syllable.symbols & listed.symbols, (syllable.written, spelling)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("김 민준", "김 민 준"),
        ("남궁 민", "남 궁 민"),
        ("황보관우", "황 보 관 우"),  # a surname of two syllables
        ("김구", "김 구"),
        ("폴 워너", "폴 워너"),  # Paul Warner: no surname
        ("마리아", "마리아"),  # Maria, which the dictionary knows
        ("프레드릭", "프레드릭"),
        ("김 알렉산드르", "김 알렉산드르"),  # Aleksandr Kim
        ("왕 샤오 밍", "왕 샤오 밍"),
        ("김", "김"),
    ],
)
def test_a_korean_name_has_a_word_a_syllable_and_a_foreign_one_does_not(name: str, expected: str) -> None:
    assert " ".join(word.written for word in words(name)) == expected
