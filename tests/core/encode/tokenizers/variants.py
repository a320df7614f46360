"""Folders whose small files say something about added tokens, and texts that show it.

`recorded.json` has the ids of transformers 4.57.6. To make it again, run in an environment with that version
(with fugashi and unidic-lite), in the project: `python -m tests.core.encode.tokenizers.variants FILE`.
"""

import json
import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.core.encode.tokenizers.folders import BERT, XLMR, edit, japanese, plain, token, uncased, unigram

TEXTS = (
    "a [MASK] b", "a[MASK]b", "[unused0] a [unused1]  b", "a[unused1]b", " [PAD][CLS]x", "a <mask> b",
    "a<mask>b", "<s> a </s>", "[QueryMarker] a", "x  y", " x", "\u00a0", "is iss", "This is it",
)  # fmt: skip
UNUSED = ["[unused0]", {"content": "[unused1]", "lstrip": True, "rstrip": True}]
META = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}


def _map_of(make, named, folder, **changes):
    """Flags in special_tokens_map.json."""
    make(folder)
    edit(folder, "special_tokens_map.json", **(named | changes))
    return folder


def _decoder_of(make, added, folder, **changes):
    """Flags in tokenizer_config.json, which then has the last word."""
    make(folder)
    edit(folder, "tokenizer_config.json", added_tokens_decoder=added, **changes)
    return folder


def _legacy(folder):
    japanese(folder)
    (folder / "added_tokens.json").write_text(json.dumps({"[unused0]": 5}), encoding="utf-8")
    return folder


def _bare(make, name, folder):
    """No small files but the name of the class: its defaults hold."""
    make(folder)
    (folder / "special_tokens_map.json").unlink()
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": name}), encoding="utf-8")
    return folder


_FLAGS = {"4": token("[MASK]", lstrip=True, rstrip=True, special=True), "5": token("[unused0]", rstrip=True)}
_WORD = {"30": token("is", single_word=True, normalized=True), "5": token("[unused0]", rstrip=True)}
_MASK = {"mask_token": {"content": "[MASK]", "lstrip": True, "rstrip": True}}

VARIANTS = {
    "japanese-map": partial(_map_of, japanese, BERT, additional_special_tokens=UNUSED, **_MASK),
    "japanese-decoder": partial(_decoder_of, japanese, _FLAGS),
    "japanese-more": partial(japanese, additional_special_tokens=["[unused0]", "[unused1]"]),
    "japanese-added": _legacy,
    "uncased-map": partial(_map_of, uncased, BERT, additional_special_tokens=UNUSED, **_MASK),
    "uncased-decoder": partial(_decoder_of, uncased, _FLAGS),
    "uncased-word": partial(_decoder_of, uncased, _WORD),
    "uncased-split": partial(uncased, split_special_tokens=True),
    "uncased-bare": partial(_bare, uncased, "BertTokenizer"),
    "unigram-bare": partial(_bare, partial(unigram, mask_lstrip=False), "XLMRobertaTokenizer"),
    "unigram-map": partial(_map_of, partial(unigram, mask_lstrip=False), XLMR),
    "unigram-decoder": partial(
        _decoder_of, unigram, {"4": token("▁", rstrip=True), "1": token("<pad>", special=True)}
    ),
    "unigram-metaspace": partial(unigram, pre_tokenizer=META),
    "plain-unigram": plain,
    "plain-wordpiece": partial(plain, model="WordPiece"),
    "plain-newer": partial(plain, tokenizer_class="TokenizersBackend"),
    "plain-decoder": partial(_decoder_of, plain, _FLAGS),
    "plain-word": partial(_decoder_of, partial(plain, model="WordPiece"), _WORD),
    "plain-prefix": partial(
        plain, add_prefix_space=True, do_lower_case=False, clean_up_tokenization_spaces=True
    ),
}


def record(path):
    import transformers  # noqa: PLC0415  # of another environment

    assert transformers.__version__ == "4.57.6"
    classes = {
        "japanese": transformers.BertJapaneseTokenizer,
        "uncased": transformers.BertTokenizerFast,
        "unigram": transformers.XLMRobertaTokenizerFast,
        "plain": transformers.PreTrainedTokenizerFast,
    }
    found = {}
    for name, make in VARIANTS.items():
        with tempfile.TemporaryDirectory() as folder:
            reference = classes[name.partition("-")[0]].from_pretrained(str(make(Path(folder))))
            found[name] = {text: reference(text, add_special_tokens=False)["input_ids"] for text in TEXTS}
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(ids)}" for name, ids in found.items())
    path.write_text(f"{{\n{rows}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    record(Path(sys.argv[1]))
