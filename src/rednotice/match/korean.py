"""Korean names: where one in Hangul that is written without a space has its words, and how each may be spelt.

A spelling in Latin letters is a symbol of a syllable (`match.chinese`): a syllable in Hangul has those of all its
spellings, a word in Latin letters that of itself alone. So two spellings in Latin letters meet by letters only.

The rules are those of the Revised Romanisation, and of McCune-Reischauer without its marks, which the North uses. The
spellings that families keep, the surnames and the syllables were put together by hand, and not compared with an
official table.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from rednotice.match.known import symbols_of

NONE: frozenset[str] = frozenset()
FIRST = "가"
"""The first of the syllables of Unicode, 19 beginnings by 21 vowels by 28 endings, in this order."""
GIVEN_LIMIT = 2
"""Given names of more syllables are not told from foreign words."""

SURNAMES = frozenset(
    # In the spelling of the North too.
    "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 전 홍 유 고 문 양 손 배 백 허 남 심 노 하 곽 성 차 주 "
    "우 구 민 류 나 진 지 엄 채 원 천 방 공 현 함 변 염 여 추 도 소 석 선 설 마 길 연 위 표 명 기 반 왕 금 옥 육 "
    "인 맹 제 모 탁 국 어 은 편 용 예 경 봉 사 부 가 복 태 목 형 피 두 감 음 빈 동 온 호 범 좌 팽 승 간 상 갈 단 "
    "견 당 리 림 로 라 량 려 렴 남궁 황보 제갈 사공 선우 서문 독고 동방".split()
)

SYLLABLES = frozenset(
    # As the characters of names are read.
    "가각간갈감갑강개객갱거건걸검겁게격견결겸경계고곡곤골공과곽관괄광괘괴굉교구국군굴궁권궐귀규균귤극근글금급긍기긴"
    "길김나낙난날남납낭내냉녀년념녕노농뇌누눈능니다단달담답당대댁덕도독돈돌동두둔득등라락란람랑래량려력련렬렴렵령례"
    "로록론롱료룡루류륙륜률륭륵름릉리린림립마막만말망매맥맹면멸명모목몰몽묘무묵문물미민밀박반발방배백번벌범법벽변별"
    "병보복본봉부북분불붕비빈빙사산살삼상새색생서석선설섬섭성세소속손솔송쇄수숙순술숭슬습승시식신실심십쌍씨아악안알"
    "암압앙애액앵야약양어억언얼엄업에여역연열염엽영예오옥온올옹와완왕왜외요욕용우욱운울웅원월위유육윤율융은을음읍응"
    "의이익인일임입자작잔잠장재쟁저적전절점접정제조족존졸종좌죄주죽준중즉즐증지직진질집징차착찬찰참창채책처척천철첨"
    "첩청체초촉촌총최추축춘출충취측층치칙친칠침칭쾌타탁탄탈탐탑탕태택토통투특파판팔패팽편평폐포폭표품풍피필하학한할"
    "함합항해핵행향허헌험혁현혈협형혜호혹혼홀홍화확환활황회획횡효후훈훤휘휴흉흑흔흘흠흡흥희힐"
)

_BEGINNINGS = (
    "g k", "kk k", "n", "d t", "tt t", "r l", "m", "b p", "pp p", "s", "ss s", "", "j ch", "jj ch", "ch", "k", "t",
    "p", "h",
)  # fmt: skip
_VOWELS = (
    "a ah", "ae ai", "ya", "yae", "eo o u", "e", "yeo yo you yu", "ye", "o oh", "wa", "wae", "oe oi", "yo",
    "u oo", "wo", "we", "wi", "yu yoo you", "eu u", "ui eui ee i", "i ee",
)  # fmt: skip
_ENDINGS = {0: "", 1: "k g", 4: "n", 8: "l", 16: "m", 17: "p b", 19: "t s", 20: "t s", 21: "ng"}
"""The consonants a syllable of a name may end with, by their number in Unicode."""

# What is most usual, which stands for a syllable where two are written as one word, and what no rule gives.
_USUAL = {
    said[0]: tuple(said[1:].split())
    for said in (
        "강kang", "걸kul", "경kyung", "관kwan", "광kwang", "교kyo", "구koo", "국kook", "권kwon", "규kyu", "기ki",
        "김kim", "나na", "노noh no", "류ryu yoo you lyu", "림lim rim im", "리lee ri rhee", "명myung", "문moon",
        "박park", "변byun", "병byung", "선sun", "섭sub", "성sung", "숙sook", "순soon", "시si", "신shin", "심shim",
        "아ah", "안ahn an", "어eo", "영young", "오oh", "우woo wu", "욱wook", "운woon", "유yoo you", "윤yoon youn",
        "이lee yi rhee ri", "임lim im rim", "정jung", "주joo", "준joon june", "철chul", "최choi", "춘choon",
        "허heo hur", "헌hun", "현hyun", "형hyung", "훈hoon", "희hee", "휘hwi", "서seo suh", "여yeo", "염yeom youm",
        "은eun", "승seung", "연yeon youn", "혜hye hae",
    )
}  # fmt: skip


@lru_cache(maxsize=1_024)
def spellings(syllable: str) -> tuple[str, ...]:
    """How a syllable of a name may be spelt in Latin letters, the usual way first; none, if it is of no name.

    >>> spellings("박")[:3], "chung" in spellings("정")
    (('park', 'bak', 'bag'), True)
    """
    if syllable not in SYLLABLES:
        return ()
    place, ending = divmod(ord(syllable) - ord(FIRST), 28)
    beginning, vowel = divmod(place, 21)
    by_sound = [
        first + second + third
        for first in _BEGINNINGS[beginning].split() or [""]
        for second in _VOWELS[vowel].split()
        for third in _ENDINGS[ending].split() or [""]
    ]
    if _BEGINNINGS[beginning] == "s" and _VOWELS[vowel].startswith("i"):
        by_sound += [spelling.replace("s", "sh", 1) for spelling in by_sound]
    return tuple(dict.fromkeys((*_USUAL.get(syllable, ()), *by_sound)))


def symbols_of_syllable(syllable: str) -> frozenset[str]:
    """The spellings of a syllable in Hangul, as symbols."""
    return frozenset(f"korean:{spelling}" for spelling in spellings(syllable))


def symbols_of_spelling(latin: str) -> frozenset[str]:
    """A word in Latin letters, as the symbol of the syllables that may be spelt so; none, if no syllable is.

    >>> symbols_of_spelling("rhee") <= symbols_of_syllable("이")
    True
    """
    return frozenset((f"korean:{latin}",)) if latin in _every_spelling() else NONE


@cache
def _every_spelling() -> frozenset[str]:
    return frozenset(spelling for syllable in SYLLABLES for spelling in spellings(syllable))


def syllables_of(parts: Sequence[str]) -> tuple[str, ...]:
    """The syllables of a Korean name in Hangul, however it is divided; none, if it may be a foreign one.

    A foreign name is written with a space between its words. One that stands alone is foreign if `rigour` knows it.

    >>> syllables_of(["김민준"]), syllables_of(["남궁", "민"]), syllables_of(["마리아"]), syllables_of(["폴", "워너"])
    (('김', '민', '준'), ('남', '궁', '민'), (), ())
    """
    whole = "".join(parts)
    if not all(syllable in SYLLABLES for syllable in whole):
        return ()
    for surname in (whole[:2], whole[:1]):
        given = whole[len(surname) :]
        divided = [parts[0], "".join(parts[1:])] in ([surname, given], [whole, ""]) or len(parts) == len(whole)
        if surname in SURNAMES and 1 <= len(given) <= GIVEN_LIMIT and divided:
            return () if len(parts) == 1 and symbols_of(whole) else tuple(whole)
    return ()
