"""Bytes -> text, in whatever encoding they are.

Certain signs come first: a byte order mark, the escapes of ISO 2022, strict UTF-8, the zero bytes of UTF-16.
What is left is a guess among the legacy encodings by `charset.py`.

Measured with `guess_charset` on 300 random samples each of 1, 3 and 20 Tatoeba sentences, the share of
samples whose text came out exactly right, ours / charset-normalizer 3.5 (unrestricted):

    Japanese cp932 1.00, 1.00, 1.00 / .84 .85 1.0    EUC-JP .99, 1.00, 1.00 / .42 .55 .92
    Chinese GB18030 .97, .99, 1.00 / .65 .86 1.0     Big5 .96, .99 / .83 .90
    Korean cp949 1.00, 1.00, 1.00 / .95 1.0 1.0      Thai cp874 .99, 1.00, 1.00 / .44 .63 1.0
    Russian cp1251, KOI8-R, cp866 1.00, 1.00, 1.00 / .91 .16 .94, .90 .57 .94, .97 1.0 1.0
    German .99, .98, 1.00 / .48 .70 .98              French .94, .99, .95 / .43 .45 .65
    Spanish .99, 1.00, 1.00 / .68 .77 .90            Swedish 1.00, 1.00, 1.00 / .37 .35 .58
    Polish cp1250 .80, .90, 1.00 / .84 .57 .85       Czech ISO 8859-2 .84, .86, 1.00 / .45 .22 .02
    Turkish cp1254 .82, .89, 1.00 / .10 .20 .17      Hebrew .95, .98, 1.00 / .09 .44 1.0
    Greek 1.00, 1.00, 1.00 / .77 .86 .95             Hungarian .88, .90, 1.00 / .69 .63 .87

So the library is not used. Restricting its candidates would not help: it errs among these very encodings.
"""

from __future__ import annotations

import codecs
import re

from core.domain import Reason
from core.errors import ExtractionError
from core.extract.charset import guess_charset, score_utf16

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it starts with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_ISO_2022 = (
    (re.compile(rb"\x1b\$\)C"), ("iso2022_kr",)),
    (
        re.compile(rb"\x1b(\$[@AB]|\$\([CDOPQ]|\([IJ]|&@\x1b\$B)"),
        ("iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_ext"),
    ),
)
_WIDE_CODECS = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {*b"\t\n\r\x0b\x0c\x1a\x1b\b"})
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_SAMPLE_BYTES = 64 * 1024

_MAX_CONTROL_SHARE = 0.02
"""More control characters than this is no text. Random bytes have 10 %, terminal logs some in a thousand."""
_MAX_BROKEN_SHARE = 0.1
"""With at most this share of broken sequences among those beyond ASCII it is damaged UTF-8."""
_MIN_SCORE = -0.5
"""What no encoding fits better than this is not text. Text in languages without letters of their own in
`letters.py` scores about -0.2."""


def decode(data: bytes, *, cut: bool = False, declared: str | None = None) -> str:
    """The text of `data`. `cut`: it is only the start of a file, and may end inside a character.

    `declared` is the encoding that the document itself names; it is believed if it can be true. What cannot
    be decoded becomes U+FFFD. Raises ExtractionError (BINARY) if this is no text.
    """
    if not data:
        return ""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], codec, cut=cut)
    text = _certain(data, cut=cut)
    if text is None and declared is not None:
        text = _strict(data, declared, cut=cut)
    if text is None:
        text = _nearly_utf8(data, cut=cut)
    return _guessed(data, cut=cut) if text is None else text


def _certain(data: bytes, *, cut: bool) -> str | None:
    """Encodings that hardly anything else can be mistaken for."""
    if b"\x00" in data[:_SAMPLE_BYTES]:
        return _wide(data, cut=cut)
    if b"\x1b" in data:
        for sign, names in _ISO_2022:
            if sign.search(data) and data.isascii():
                return next(
                    (text for name in names if (text := _strict(data, name, cut=cut)) is not None), None
                )
    text = _strict(data, "utf-8", cut=cut)
    return None if text is None or _control_count(data) else text


def _wide(data: bytes, *, cut: bool) -> str:
    """UTF-16 or UTF-32 without a mark: no other text has zero bytes."""
    best, best_codec = 0.0, ""
    sample = data[: _SAMPLE_BYTES // 4 * 4]
    for codec in _WIDE_CODECS:
        text = _strict(sample, codec, cut=True)
        if text and (score := _plausible(text)) > best:
            best, best_codec = score, codec
    if not best_codec:
        raise ExtractionError(Reason.BINARY, "it contains zero bytes and is not UTF-16 or UTF-32")
    return _lenient(data, best_codec, cut=cut)


def _plausible(text: str) -> float:
    """From 0 (chance) to 1: the share of ASCII, and of the rest how well it fits a language."""
    ascii_count = len(text) - len(_BEYOND_ASCII.findall(text))
    controls = len(_CONTROLS.findall(text))
    if controls > len(text) * _MAX_CONTROL_SHARE:
        return 0.0
    wide_count = len(text) - ascii_count
    return (ascii_count + wide_count * max(score_utf16(text), -1.0)) / len(text)


def _nearly_utf8(data: bytes, *, cut: bool) -> str | None:
    """UTF-8 with a few damaged places (a log of several programs, say)."""
    text = _lenient(data, "utf-8", cut=cut)
    broken = text.count("\ufffd")
    beyond_ascii = len(_BEYOND_ASCII.findall(text))
    damaged = broken > beyond_ascii * _MAX_BROKEN_SHARE
    return None if damaged or _control_count(data) else text


def _guessed(data: bytes, *, cut: bool) -> str:
    codec, score = guess_charset(data) or ("", -1.0)
    wide_codec, wide_score = _wide_without_zeros(data, cut=cut)
    if wide_score > max(score, 0.5):
        return _lenient(data, wide_codec, cut=cut)
    if controls := _control_count(data):
        raise ExtractionError(Reason.BINARY, f"{controls} control characters at its start")
    if score < _MIN_SCORE:
        raise ExtractionError(Reason.BINARY, "no encoding makes sense of it")
    return _lenient(data, codec, cut=cut)


def _wide_without_zeros(data: bytes, *, cut: bool) -> tuple[str, float]:
    """UTF-16 of a text without a space or a line end in ASCII: a few words of Chinese or Japanese."""
    if len(data) % 2 and not cut:
        return "", -1.0
    texts = ((codec, _strict(data[:_SAMPLE_BYTES], codec, cut=True)) for codec in ("utf-16-le", "utf-16-be"))
    scores = [(codec, _plausible(text)) for codec, text in texts if text]
    return max(scores, key=lambda pair: pair[1], default=("", -1.0))


def _control_count(data: bytes) -> int:
    """Control characters at the start of `data`, if they are more than a text has, else 0."""
    sample = data[:_SAMPLE_BYTES]
    controls = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
    return controls if controls > len(sample) * _MAX_CONTROL_SHARE else 0


def _strict(data: bytes, codec: str, *, cut: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(codec)("strict").decode(data, not cut)
    except (UnicodeDecodeError, LookupError):
        return None


def _lenient(data: bytes, codec: str, *, cut: bool) -> str:
    return codecs.getincrementaldecoder(codec)("replace").decode(data, not cut)
