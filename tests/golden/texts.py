"""The texts of the golden files: each is encoded both as a question and as a passage.

Importable in the peers' environment as well, so it needs nothing.
"""

from __future__ import annotations

from tests.core.encode.checkpoints.vocabularies import ENGLISH

SPECIALS = 3
"""[CLS], the marker, [SEP]."""


def words(count: int) -> str:
    """So many words, each one token in all of the vocabularies."""
    return " ".join(ENGLISH[number % len(ENGLISH)] for number in range(count))


def _around(length: int) -> dict[str, str]:
    """Just below, at and above a limit of so many tokens."""
    return {
        f"{length} tokens {more:+d}": words(length - SPECIALS + more) for more in (-1, 0, 1)
    }  # fmt: skip


ORDINARY = {
    "english": "Where is the capital of Germany?",
    "english sentence": "The quick brown fox jumps over the lazy dog, and then (again!) over 3 dogs.",
    "japanese": "日本の首都はどこですか。",
    "japanese sentence": "東京大学で機械学習を研究する学生は、図書館で新しい文書を検索しています。",
    "german": "Die Straße zum Bahnhof ist länger, als sie früher war.",
    "chinese": "中国的首都是什么?我们今天在图书馆学习汉语。",
    "arabic": "ما هي عاصمة هذه مدينة",
    "one word": "library",
}

EDGES = {
    "empty": "",
    "blanks": "   \t  ",
    "outer blanks": "  search engine \n",
    "newlines": "first line\nsecond line\r\nthird\n\n\nlast",
    "full width": "ＡＢＣ　１２３　（株式会社）ｈｏｗ　ｍｕｃｈ！",
    "half width": "ｺﾝﾋﾟｭｰﾀ ﾃﾞｰﾀ ﾗｰﾒﾝ ｶﾞ",
    "squared": "㍿日本 ㌔㍍ ① ﬁle ½ ㈱",
    "combining": "cafe\u0301 nai\u0308ve か\u3099 u\u0308ber",
    "punctuation": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "one mark": ".",
    "japanese marks": "「…」、。・・・!?",
    "mixed scripts": "Pythonで書いたsearch engine、Straßeの файл ملف 文档 v2.5",
    "emoji": "ramen 🍜🙂 👩‍👩‍👧‍👦 ラーメン 🇯🇵",
    "unknown": "鬱麤龘 ꙮ ヴ",
    "a word too long": "x" * 120 + " end",
    "literal wordpiece specials": "a [MASK] b [SEP] c [CLS] d [UNK] e [PAD] f",
    "literal sentencepiece specials": "a <mask> b </s> c <s> d <unk> e <pad> f",
    "literal markers": "[unused0] [unused1] [Q] [D] [QueryMarker] x [DocumentMarker]y",
    "glued specials": "[MASK][PAD]x<mask><pad>y",
    "controls": "tab\tnull\u0000zero\u200bwidth\ufeffbom\u00adhyphen\u00a0space",
}

LIMITS = _around(32) | _around(57) | _around(65)
"""Around the length of questions, and around two steps of JaColBERTv2.5's dynamic one."""

SHORT_LIST = {
    name: (ORDINARY | EDGES)[name]
    for name in ("english sentence", "japanese sentence", "german", "empty", "punctuation", "mixed scripts")
}
"""For the variants of a checkpoint of which another has the whole list."""


def texts_for(kind: str) -> dict[str, str]:
    """Names and texts for a kind of checkpoint: all of them for one of each family."""
    if kind not in _DOC_LIMITS:
        return SHORT_LIST
    return ORDINARY | EDGES | LIMITS | _around(_DOC_LIMITS[kind])


_DOC_LIMITS = {
    "jacolbert": 228,
    "jacolbert-pylate": 228,
    "jina-v1": 512,
    "jina-v2": 300,
    "colbert-xm": 256,
    "plain": 512,
}
"""What their settings say."""

LONG = words(700)
"""Longer than 512 tokens, for the two that can read it."""
