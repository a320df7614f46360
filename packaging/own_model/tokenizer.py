"""The tokenizer: Unigram over runs of one script, trained on all languages alike, with forced pieces.

Text is folded first (width, case, the accents of Latin, Greek and Cyrillic letters, vowel points), which
is most of what core/folding does for the keywords. Greek, Georgian and Armenian, of which there is no
training text, are cut into pairs of letters from the beginning of each word, so that an ending changes the
last pair only.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator
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

from own_model.alphabets import forced_pieces
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

LEARNT = 26_000
"""Pieces learnt from text; with the forced ones and bytes there are some 34,000, 17 MB of float16."""

_MOST_CHARACTERS = {"en": 6_000_000, "ja": 8_000_000}
_MOST_OF_ANOTHER = 3_500_000
_LEAST_CHARACTERS = 600_000
"""Text of a language with less is taken twice."""

_FORCED_SCORE = -16.0
"""Log-probability of a forced piece: a pair goes before two letters (about -9 each), and behind what was
learnt."""

_BYTE_SCORE = -40.0

_MARKS = (
    r"(?<=[a-zα-ωа-я])[\u0300-\u036f]+"
    r"|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    r"\u00ad\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f]+"
)
"""Accents of Latin, Greek and Cyrillic letters; vowel points; what nobody sees."""

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
    r"[\p{Latin}\p{M}]+",
    r"[\p{Cyrillic}\p{M}]+",
    r"[\p{Arabic}\p{M}]+",
    r"[\p{Hebrew}\p{M}]+",
    r"[\p{L}\p{M}]+",
    r"[^\s]",
)
"""What is cut into pieces by itself: runs of one script, pairs of letters, single signs."""


def learn_tokenizer(sources: Sources, learnt: int = LEARNT, seed: int = 1) -> Tokenizer:
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
    return _with_forced_pieces(tokenizer)


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
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("|".join(_RUNS)), "removed", invert=True)
    tokenizer.decoder = decoders.ByteFallback()
    return tokenizer


def _with_forced_pieces(learnt: Tokenizer) -> Tokenizer:
    """The same with the forced pieces that it lacks, and a piece for each byte, for any other character."""
    state = json.loads(learnt.to_str())
    pieces = [(piece, score) for piece, score in state["model"]["vocab"]]
    known = {piece for piece, _ in pieces}
    forced = forced_pieces(learnt.normalizer.normalize_str)
    pieces += [(piece, _FORCED_SCORE) for piece in forced if piece not in known]
    pieces += [(f"<0x{byte:02X}>", _BYTE_SCORE) for byte in range(256)]
    numbers = {piece: number for number, (piece, _) in enumerate(pieces)}
    tokenizer = _empty()
    tokenizer.model = models.Unigram(pieces, unk_id=numbers[UNKNOWN], byte_fallback=True)
    tokenizer.add_special_tokens(list(SPECIAL))
    # Mikke adds these itself; PyLate leaves it to the tokenizer.
    ends = [(special, tokenizer.token_to_id(special)) for special in (BEGIN, END)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{BEGIN} $A {END}", special_tokens=ends)
    return tokenizer


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
