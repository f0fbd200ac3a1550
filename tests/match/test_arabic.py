"""Arabic names of two words: read as two, however they are written."""

from __future__ import annotations

import pytest

from rednotice.match.text import words


@pytest.mark.parametrize(
    ("name", "written", "latin"),
    [
        ("Abdulrahman", "Abdul rahman", "abdul rahman"),
        ("Abderrahmane", "Abder rahmane", "abdul rahmane"),
        ("Abdirahman", "Abdi rahman", "abdul rahman"),  # as Somalis write it
        ("Abdolreza", "Abdol reza", "abdul reza"),
        ("Abdullatif", "Abdul latif", "abdul latif"),
        ("Abdulatif", "Abdu latif", "abdul latif"),
        ("Abdessalam", "Abdes salam", "abdul salam"),
        ("Абдурахманов", "Абду рахманов", "abdul rakhmanov"),
        ("Abdul Karim", "Abdul Karim", "abdul karim"),
        ("Noureddine", "Nour eddine", "nour din"),
        ("Salahaldin", "Salah aldin", "salah din"),
        ("Zia Uddin", "Zia Uddin", "zia din"),
        ("Abdullah Abdoulaye Абдуллаев", "Abdullah Abdoulaye Абдуллаев", "abdullah abdoulaye abdullaev"),
        ("Abdić Abdou Bernardine Nardin", "Abdić Abdou Bernardine Nardin", "abdic abdou bernardine nardin"),
        ("عبدالرحمن", "عبد الرحمن", "bd lrhmn"),
        ("صلاح‌الدین", "صلاح الدین", "slh ldyn"),  # in Persian letters
        ("نورالدين", "نور الدين", "nwr ldyn"),
        ("عبدالله", "عبدالله", "bdllh"),
    ],
)
def test_a_name_of_two_words_is_read_as_two(name: str, written: str, latin: str) -> None:
    read = words(name)
    assert " ".join(word.written for word in read) == written
    assert " ".join(word.latin for word in read) == latin
