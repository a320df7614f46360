"""The tokenizer: Unigram over runs of one script, trained on all languages alike, with forced pieces.

Text is folded first (width, case, the accents of Latin, Greek and Cyrillic letters, vowel points), which
is most of what core/folding does for the keywords. Greek, Georgian and Armenian, of which there is no
training text, are cut into pairs of letters from the beginning of each word, so that an ending changes the
last pair only.

Latin letters serve many languages, of most of which there is no text either. There, the first piece of a word
begins with a mark, and words that are not known fall into groups of three letters: without both they fell
into short words of other languages, which are frequent and so weigh nothing (RESULTS.md).
"""

from __future__ import annotations

import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from tokenizers import (
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from core.folding.characters import fold_cluster
from own_model.alphabets import forced_pieces
from own_model.scripts import MARK
from own_model.sources import PARAPHRASES_IN, Sources

PAD, UNKNOWN, BEGIN, END, MASK, QUERY, DOCUMENT = SPECIAL = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "[unused0]",
    "[unused1]",
)

LEARNT, PIECES = 42_000, 50_000
"""Pieces learnt from text; and with groups of three letters, and frequent words of Latin letters. With the
forced ones and bytes there are some 59,000, 19 MB of float16. (26,000 learnt ones were worse in most
languages with spaces: RESULTS.md.)"""

_MOST_CHARACTERS = {"en": 6_000_000, "ja": 8_000_000}
_MOST_OF_ANOTHER = 3_500_000
_LEAST_CHARACTERS = 600_000
"""Text of a language with less is taken twice."""

_FORCED_SCORE = -16.0
"""Log-probability of a forced piece: a pair goes before two letters (about -9 each), and behind what was
learnt."""

_BYTE_SCORE = -40.0

_BEGINNINGS, _MIDDLES, _GROUP_SCORE = 2_500, 4_000, -13.0
"""Groups of three letters that most words begin with, and that most have further on."""

_SHORT, _SHORT_COST = re.compile("[a-z]{1,2}"), 4.0
"""What continues a word should not be shorter than a group: so much less likely are such pieces made."""

_WORD = re.compile(rf"{MARK}[a-z]{{5,}}")
"""A word long enough to say something about groups."""

_LEAST_COUNT = 3
_SMALL_SAMPLE = 300_000
"""A word must stand in the text of a language so often to become a piece; and so many words are counted to
each language beside its own, lest those of a small sample seem frequent."""

_MARKS = (
    r"(?<=[a-zα-ωа-я])[\u0300-\u036f]+"
    r"|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    r"\u00ad\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f]+"
)
"""Accents of Latin, Greek and Cyrillic letters; vowel points; what nobody sees."""

_FOLDED = {letter: fold_cluster(letter) for letter in "ıøłđðæœþß"}
"""What has no decomposition, as the keywords have it."""

_BEGINNING = r"(?<![\p{Latin}\p{M}])(?=\p{Latin})"

_INDIC = (
    r"\p{Devanagari}\p{Bengali}\p{Tamil}\p{Telugu}\p{Gujarati}\p{Gurmukhi}\p{Kannada}\p{Malayalam}"
    r"\p{Sinhala}\p{Oriya}"
)

_RUNS = (
    r"\p{Han}+",
    r"\p{Hiragana}+",
    r"[\p{Katakana}ー]+",
    r"\p{Hangul}+",
    r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+",
    r"[\p{Greek}\p{Georgian}\p{Armenian}\p{M}]{1,2}",
    r"\p{N}+",
    rf"[{_INDIC}\p{{M}}]+",
    rf"{MARK}?[\p{{Latin}}\p{{M}}]+",
    r"[\p{Cyrillic}\p{M}]+",
    r"[\p{Arabic}\p{M}]+",
    r"[\p{Hebrew}\p{M}]+",
    r"[\p{L}\p{M}]+",
    r"[^\s]",
)
"""What is cut into pieces by itself: runs of one script, pairs of letters, single signs."""


def learn_tokenizer(sources: Sources, learnt: int = LEARNT, pieces: int = PIECES, seed: int = 1) -> Tokenizer:
    """Some minutes. The library counts in threads, so that two runs may differ in a few rare pieces."""
    tokenizer = _empty()
    trainer = trainers.UnigramTrainer(
        vocab_size=learnt,
        special_tokens=list(SPECIAL),
        unk_token=UNKNOWN,
        max_piece_length=12,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_sample(sources, random.Random(seed)), trainer)  # noqa: S311
    return _completed(tokenizer, _frequent_words(tokenizer, sources), pieces)


def write_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """tokenizer.json, and what the class of transformers wants to know beside it."""
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": 512,
        "pad_token": PAD,
        "unk_token": UNKNOWN,
        "cls_token": BEGIN,
        "sep_token": END,
        "mask_token": MASK,
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def _empty() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex(_MARKS), ""),
            normalizers.NFC(),
            *(normalizers.Replace(letter, folded) for letter, folded in _FOLDED.items()),
            normalizers.Replace(Regex(_BEGINNING), MARK),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("|".join(_RUNS)), "removed", invert=True)
    tokenizer.decoder = decoders.ByteFallback()
    return tokenizer


def _frequent_words(tokenizer: Tokenizer, sources: Sources) -> list[tuple[str, float]]:
    """Marked words with the logarithms of their shares, the most frequent ones of any language first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for language, text in sources.texts():
        normal = tokenizer.normalizer.normalize_str(text)
        runs = tokenizer.pre_tokenizer.pre_tokenize_str(normal)
        counts[language].update(run for run, _ in runs if run.startswith(MARK))
    shares: dict[str, float] = defaultdict(float)
    for found in counts.values():
        for word, count in found.items():
            if count >= _LEAST_COUNT:
                shares[word] = max(shares[word], count / (found.total() + _SMALL_SAMPLE))
    return sorted(((word, math.log(share)) for word, share in shares.items()), key=lambda each: -each[1])


def _completed(learnt: Tokenizer, words: Sequence[tuple[str, float]], most: int) -> Tokenizer:
    """The same with groups of letters and frequent words, until there are `most` pieces; then the forced ones
    that it lacks, and a piece for each byte, for any other character.
    """
    pieces = {
        piece: score - _SHORT_COST if _SHORT.fullmatch(piece) else score
        for piece, score in json.loads(learnt.to_str())["model"]["vocab"]
    }
    for group in _groups([word for word, _ in words]):
        pieces.setdefault(group, _GROUP_SCORE)
    new = [word for word in words if word[0] not in pieces]
    pieces |= dict(new[: max(0, most - len(pieces))])
    for piece in forced_pieces(learnt.normalizer.normalize_str):
        pieces.setdefault(piece, _FORCED_SCORE)
    pieces |= {f"<0x{byte:02X}>": _BYTE_SCORE for byte in range(256)}
    tokenizer = _empty()
    tokenizer.model = models.Unigram(
        list(pieces.items()), unk_id=list(pieces).index(UNKNOWN), byte_fallback=True
    )
    tokenizer.add_special_tokens(list(SPECIAL))
    # Mikke adds these itself; PyLate leaves it to the tokenizer.
    ends = [(special, tokenizer.token_to_id(special)) for special in (BEGIN, END)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{BEGIN} $A {END}", special_tokens=ends)
    return tokenizer


def _groups(words: Sequence[str]) -> list[str]:
    """Groups of three letters: those that most words begin with, and those that most have further on."""
    beginnings: Counter[str] = Counter()
    middles: Counter[str] = Counter()
    for word in filter(_WORD.fullmatch, words):
        beginnings[word[:4]] += 1  # the mark and three letters
        middles.update(word[start : start + 3] for start in range(2, len(word) - 2))
    chosen = beginnings.most_common(_BEGINNINGS) + middles.most_common(_MIDDLES)
    return [group for group, _ in chosen]


def _sample(sources: Sources, rng: random.Random) -> list[str]:
    """Texts of each language up to its share, of each of its sources alike as far as that goes."""
    by_language: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for language, source, text in _labelled(sources):
        by_language[language][source].append(text)
    sample: list[str] = []
    for language, texts in by_language.items():
        most = _MOST_CHARACTERS.get(language, _MOST_OF_ANOTHER)
        sizes = [sum(map(len, each)) for each in texts.values()]
        share = _share(sizes, most)
        chosen = [text for each in texts.values() for text in _some(each, share, rng)]
        sample += chosen * (2 if sum(sizes) < _LEAST_CHARACTERS else 1)
    rng.shuffle(sample)
    return sample


def _share(sizes: list[int], most: int) -> int:
    """How much to take of each source, so that all together give `most`: smaller ones give what they have."""
    left, share = most, 0
    for number, size in enumerate(sorted(sizes)):
        share = left // (len(sizes) - number)
        if size > share:
            return share
        left -= size
    return max(sizes)


def _some(texts: list[str], characters: int, rng: random.Random) -> Iterator[str]:
    texts = rng.sample(texts, len(texts))
    for text in texts:
        if characters <= 0:
            return
        characters -= len(text)
        yield text


def _labelled(sources: Sources) -> Iterator[tuple[str, str, str]]:
    """Language, source and text of everything that there is."""
    for each in sources.sets:
        label = each.name.split("/")[0]
        for passage in each.passages.values():
            yield each.language, label, f"{passage.title}\n{passage.text}".strip()
        for query in each.queries.values():
            yield each.language, label, query
    for row in sources.parallel:
        for language, text in row.texts.items():
            yield language, row.source, text
    for pair in sources.paraphrases:
        yield PARAPHRASES_IN, "paraphrases", pair.a
        yield PARAPHRASES_IN, "paraphrases", pair.b
