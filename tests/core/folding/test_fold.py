"""Folding text for matching."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.folding.characters import continues_cluster, fold_cluster
from core.folding.fold import MAX_CLUSTER, fold, fold_text

ANY_TEXT = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("ｶﾞﾊﾟ㍿ﬁİıßÆée\u0301\u0308\u00ad\u200dกำ่각ᄀ\u1161\u11a8かがｱ゙⻑⼾אַמُحَ\n\u0000 йёΆς"),
        st.characters(categories=["Mn", "Mc", "Cf", "Lm", "No", "Cs"]),
    )
)


@given(ANY_TEXT)
def test_every_folded_character_knows_its_source(text):
    """Source ranges are not empty, in range and in order, and folding just that range gives the character."""
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert (folded.starts < folded.ends).all()
    assert (np.diff(folded.starts) >= 0).all()
    assert (np.diff(folded.ends) >= 0).all()
    assert len(text) >= (folded.ends.max() if len(folded.ends) else 0)
    for character, start, end in zip(folded.text, folded.starts, folded.ends, strict=True):
        assert character in fold(text[start:end]).text


@given(ANY_TEXT)
def test_folded_text_stays_as_it_is(text):
    """Folding twice is folding once, for whole clusters."""
    once = fold_cluster(text)
    assert fold_cluster(once) == once


@given(ANY_TEXT)
def test_composed_and_decomposed_text_fold_alike(text):
    """A name in NFD (as macOS writes them) matches the same name in NFC."""
    if not any(unicodedata.category(c) == "Cs" for c in text):
        nfc, nfd = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
        assert fold(nfc).text == fold(nfd).text


@given(st.text(max_size=20))
def test_folding_in_parts_equals_folding_the_whole(text):
    """The fast way over clusters agrees with folding the text as one piece."""
    if all(ord(c) > 0x1F for c in text):
        assert fold(text).text == fold_cluster(text)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("ﬁne ℃", "fine °c"),
        ("⻑野・⼾籠", "長野・戸籠"),
        ("Müller MÜLLER Straße", "muller muller strasse"),
        ("İstanbul ISPARTA ılık", "istanbul isparta ilik"),
        ("soft\u00adware zero\u200bwidth", "software zerowidth"),
        ("مُحَمَّدٌ أحمـــد إلى", "محمد احمد الي"),
        ("שָׁלוֹם", "שלום"),
        ("Ёлка йод", "елка йод"),
        ("ΆΡΗΣ άρης", "αρησ αρησ"),
        ("カナ かな ガ か゛", "カナ かな ガ か ゙"),
        ("각 각", "각 각"),
    ],
)
def test_what_people_write_differently_is_the_same(written, folded):
    """Width, case, accents, vowel points, radicals and invisible characters make no difference; kana do."""
    assert fold(written).text == folded


def test_one_character_may_become_four_and_two_may_become_one():
    """The map back covers expansions and contractions."""
    expanded = fold("㍿x")
    assert expanded.text == "株式会社x"
    assert expanded.starts.tolist() == [0, 0, 0, 0, 1]
    assert expanded.ends.tolist() == [1, 1, 1, 1, 2]
    contracted = fold("ｶﾞx")
    assert contracted.text == "ガx"
    assert list(zip(contracted.starts, contracted.ends, strict=True)) == [(0, 2), (2, 3)]


def test_endless_accents_are_cut():
    """A thousand marks on one letter cost no more than a thousand characters."""
    folded = fold("क" + "\u093c" * 1000)
    assert (folded.ends - folded.starts).max() <= MAX_CLUSTER


def test_every_composing_character_is_known():
    """All characters that Unicode composes with the one before them continue a cluster."""
    for point in range(0x110000):
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and unicodedata.is_normalized("NFC", chr(point)) and parts[0][0] != "<":
            assert continues_cluster(int(parts[1], 16)), hex(point)


@given(st.text(st.one_of(st.characters(), st.sampled_from("Aé\u0301ｶﾞ㍿한ที่\u200d検"))))
def test_the_text_alone_is_the_same(text):
    """The quick way to the folded text ends where the other one does."""
    assert fold_text(text) == fold(text).text
