"""Highlights are the words that answered, and the snippet shows them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import Highlight, Span, TokenEmbeddings
from core.search.highlight import (
    SNIPPET_WIDTH,
    Tokens,
    _start_of_word,
    choose_snippet,
    find_highlights,
)
from tests.core.encoders import WordEncoder


def highlights(encoder, question, text):
    (passage,) = encoder.encode_passages([text])
    return find_highlights(
        Tokens(text=question, embeddings=encoder.encode_query(question)),
        Tokens(text=text, embeddings=passage),
        noise_floor=encoder.noise_floor,
    )


def marks(encoder, question, text):
    return {text[h.span.start : h.span.end]: h for h in highlights(encoder, question, text)}


def test_the_word_asked_for_is_marked_whole(encoder):
    """Neighbours that answer neighbours are one highlight, with the words that they answer."""
    found = marks(encoder, "炊飯器の保証期間", "この炊飯器は去年買った。保証期間は一年です。")
    assert "炊飯器" in found
    assert "保証期間" in found
    assert found["保証期間"].query == "保証期間"


def test_particles_alone_are_not_marked(encoder):
    """Common characters and words mark nothing by themselves, and close a gap inside a match."""
    found = marks(encoder, "水漏れのときは", "留守のときは管理室へ。水漏れに気づいたときは止水栓へ。")
    assert "水漏れ" in found
    assert not {"の", "と", "き", "は", "とき", "ときは", "のときは"} & set(found)
    assert set(marks(encoder, "what is the excess", "It is the end. The excess is 250.")) == {"excess"}


def test_markers_and_masks_mark_nothing():
    """Tokens that stand for no characters are never marked, named, or taken for what answered."""
    encoder = WordEncoder()
    (marked,) = highlights(encoder, "the excess", "It ends. Then excess is 250.")
    assert (marked.span, marked.query) == (Span(start=14, end=20), "excess")
    assert highlights(encoder, "deductible", "It ends. Then excess is 250.") == ()


def test_other_forms_of_a_word_are_marked_weaker(encoder):
    """The same word is stronger than a word that shares a part with it."""
    found = marks(encoder, "damage", "The damage was small. Other damages were not.")
    assert found["damage"].strength > found["damages"].strength > 0


def test_nothing_alike_marks_nothing(encoder):
    assert marks(encoder, "umbrella", "この文には傘がない。") == {}


def test_a_heading_is_never_marked(encoder):
    """Tokens before the passage belong to its heading."""
    (passage,) = encoder.encode_passages(["umbrella\nnothing here"])
    shifted = TokenEmbeddings(vectors=passage.vectors, spans=passage.spans - 9)
    question = Tokens(text="umbrella", embeddings=encoder.encode_query("umbrella"))
    body = Tokens(text="nothing here", embeddings=shifted)
    assert find_highlights(question, body, noise_floor=encoder.noise_floor) == ()


def test_a_match_is_marked_to_its_end(encoder):
    """What stands next to a match in the question and in the passage alike belongs to it."""
    text = "使われた全てのパッケージを確認するため、パッケージです"
    found = marks(encoder, "パッケージの依存関係を確認する方法", text)
    assert {"パッケージ", "を確認する"} <= set(found)


@settings(deadline=None)
@given(question=st.text(max_size=30), text=st.text(max_size=200))
def test_highlights_lie_inside_and_in_order(encoder, question, text):
    """Whatever is asked of whatever text: spans are inside, in order, apart, with a strength in (0, 1]."""
    found = highlights(encoder, question, text)
    position = 0
    for highlight in found:
        assert position <= highlight.span.start < highlight.span.end <= len(text)
        assert 0 < highlight.strength <= 1
        position = highlight.span.end


@settings(deadline=None)
@given(
    text=st.text(alphabet="ab 日本。\n", max_size=900),
    starts=st.lists(st.integers(0, 880), max_size=5, unique=True).map(sorted),
)
def test_a_snippet_is_short_and_shows_a_highlight(text, starts):
    """A snippet lies inside the passage, is at most as wide as allowed, and shows at least one highlight."""
    made = tuple(
        Highlight(span=Span(start=start, end=start + 2), strength=0.9, query="q")
        for start in starts
        if start + 2 <= len(text)
    )
    snippet = choose_snippet(text, made)
    assert 0 <= snippet.start <= snippet.end <= len(text)
    assert sum(2 if ord(c) >= 0x1100 else 1 for c in text[snippet.start : snippet.end]) <= SNIPPET_WIDTH
    if made:
        assert any(snippet.start <= each.span.start and each.span.end <= snippet.end for each in made)


@pytest.mark.parametrize("text", ["", "short"])
def test_a_short_passage_is_its_own_snippet(text):
    assert choose_snippet(text, ()) == Span(start=0, end=len(text))


@pytest.mark.parametrize(
    ("text", "start", "marked", "expected"),
    [
        ("were released with care", 7, None, "with care"),
        ("were released with care", 5, None, "released with care"),
        ("were released", 7, None, "leased"),
        ("予算案の見直し", 2, None, "案の見直し"),
        ("were released with care", 7, Span(start=5, end=13), "leased with care"),
        ("were released with care", 7, Span(start=14, end=18), "with care"),
    ],
)
def test_a_snippet_begins_with_a_whole_word(text, start, marked, expected):
    """A word that would be cut in two is left out, unless it is marked or nothing else would be left."""
    made = (Highlight(span=marked, strength=0.9, query="q"),) if marked else ()
    assert text[_start_of_word(text, start, made) :] == expected
