"""Highlights are the words that answered, and the snippet shows them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import Highlight, Span, TokenEmbeddings
from core.search.showing.highlight import (
    SNIPPET_WIDTH,
    Tokens,
    _start_of_word,
    choose_snippet,
    find_highlights,
)
from tests.core.encoders import WordEncoder
from tests.core.search.made_tokens import NOISE, tokens


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


def made(question, passage):
    """Passage text marked -> question text asked."""
    found = find_highlights(question, passage, noise_floor=NOISE)
    return {
        passage.text[h.span.start : h.span.end]: question.text[h.asked.start : h.asked.end] for h in found
    }


def test_a_highlight_knows_what_it_answered(encoder):
    """The stretch of the question, as long as what was joined; `query` is its text."""
    question = "水漏れの保証期間"
    for text, found in marks(encoder, question, "保証期間は一年。水漏れは別。").items():
        assert question[found.asked.start : found.asked.end] == found.query == text


def test_a_word_that_stands_twice_in_the_question_is_answered_in_one_piece(encoder):
    """Each character answers the place in the question that reads on as the passage does."""
    found = marks(encoder, "日本に来て以降、日本人を買い付けた", "多くの日本人を見た")
    assert "日本人を" in found
    assert found["日本人を"].asked == Span(start=8, end=12)


def test_question_words_are_not_marked(encoder):
    """`What` and `wie viele` ask; nobody looks for them. IT in capitals, or alone, is meant."""
    assert set(marks(encoder, "What is the excess?", "What it is: the excess.")) == {"excess"}
    assert set(marks(encoder, "Wie viele Tonnen?", "Wie viele Tonnen und wie?")) == {"Tonnen"}
    assert "IT" in marks(encoder, "our IT policy", "The IT policy of 2020.")
    assert set(marks(encoder, "to be or not to be", "To be or not to be, that is")) >= {"not"}


def test_pieces_of_a_word_mark_it_whole():
    """A stem marks its word, as strong as its letters on average, and has answered a whole word."""
    question = tokens("searching", ("search", "s"), ("ing", "i"))
    passage = tokens("he searches", ("he", "h"), ("search", "s"), ("es", "e"))
    assert made(question, passage) == {"searches": "searching"}
    (found,) = find_highlights(question, passage, noise_floor=NOISE)
    assert found.strength == pytest.approx(6 / 8)


def test_an_ending_alone_marks_nothing():
    """The plural of one word is no answer to the plural of another."""
    question = tokens("umbrellas", ("umbrella", "u"), ("s", "plural"))
    assert made(question, tokens("many houses", ("many", "m"), ("house", "h"), ("s", "plural"))) == {}


@pytest.mark.parametrize(
    ("word", "pieces", "expected"),
    [
        ("Versicherungsvertrag", ("Versicherung", "s", "vertrag"), {0: True, 1: False, 2: True}),
        ("Unbestechlichkeit", ("Un", "bestechlich", "keit"), {0: False, 1: True, 2: False}),
        ("отправлениями", ("отправлен", "иями"), {0: True, 1: True}),
        ("المستندات", ("ال", "مستند", "ات"), {0: False, 1: True, 2: False}),
        ("विनिर्माण", ("वि", "निर्माण"), {0: False, 1: True}),
        ("해바라기는", ("해바라기", "는"), {0: True, 1: False}),
    ],
)
def test_compounds_and_inflections(word, pieces, expected):
    """A piece marks its word if it is at least a quarter of it; shorter ones are endings and prefixes."""
    passage = tokens(word, *((piece, piece) for piece in pieces))
    for number, piece in enumerate(pieces):
        assert made(tokens(piece, (piece, piece)), passage) == ({word: piece} if expected[number] else {})


@pytest.mark.parametrize(
    ("text", "piece", "expected"),
    [
        ("葛\U000e0100城市", "葛", "葛\U000e0100"),
        ("カ\u3099ラス", "カ", "カ\u3099"),
        ("と👩\u200d👧と", "👩", "👩\u200d👧"),
        ("กำลังที่", "ท", "ที่"),
        ("บอนน์", "น์", ""),
        ("ในเครื่อง", "นเครื่อง", "เครื่อง"),
    ],
)
def test_no_character_is_cut(text, piece, expected):
    """What a reader sees as one is marked as one; half a Thai syllable is not marked at all."""
    found = made(tokens(piece, (piece, "x")), tokens(text, (piece, "x")))
    assert list(found) == ([expected] if expected else [])


@settings(deadline=None)
@given(question=st.text(max_size=30), text=st.text(max_size=200))
def test_highlights_lie_inside_and_in_order(encoder, question, text):
    """Whatever is asked of whatever text: spans are inside, in order, apart, with a strength in (0, 1]."""
    found = highlights(encoder, question, text)
    position = 0
    for highlight in found:
        assert position <= highlight.span.start < highlight.span.end <= len(text)
        assert 0 < highlight.strength <= 1
        assert 0 <= highlight.asked.start < highlight.asked.end <= len(question)
        assert highlight.query == question[highlight.asked.start : highlight.asked.end]
        position = highlight.span.end


@settings(deadline=None)
@given(
    text=st.text(alphabet="ab 日本。\n", max_size=900),
    starts=st.lists(st.integers(0, 880), max_size=5, unique=True).map(sorted),
)
def test_a_snippet_is_short_and_shows_a_highlight(text, starts):
    """A snippet lies inside the passage, is at most as wide as allowed, and shows at least one highlight."""
    made = tuple(
        Highlight(span=Span(start=start, end=start + 2), strength=0.9, query="q", asked=Span(start=0, end=1))
        for start in starts
        if start + 2 <= len(text)
    )
    snippet = choose_snippet(text, made)
    assert 0 <= snippet.start <= snippet.end <= len(text)
    assert sum(2 if ord(c) >= 0x1100 else 1 for c in text[snippet.start : snippet.end]) <= SNIPPET_WIDTH
    if made:
        assert any(snippet.start <= each.span.start and each.span.end <= snippet.end for each in made)


def test_a_snippet_answers_most_of_the_question():
    """Two words of the question once are worth more than one of them five times."""
    text = ("rain " * 5).ljust(400) + "rain umbrella".ljust(300)
    places = [*range(0, 25, 5), 400]
    rain = [
        Highlight(span=Span(start=at, end=at + 4), strength=0.9, query="rain", asked=Span(start=0, end=4))
        for at in places
    ]
    umbrella = Highlight(
        span=Span(start=405, end=413), strength=0.5, query="umbrella", asked=Span(start=5, end=13)
    )
    snippet = choose_snippet(text, (*rain, umbrella))
    assert snippet.start <= 400
    assert snippet.end >= 413


def test_without_highlights_a_snippet_is_the_beginning():
    """Of what a name or an unseen word found, the first lines are shown."""
    assert choose_snippet("One. " * 100, ()) == Span(start=0, end=SNIPPET_WIDTH)


def test_a_snippet_ends_with_a_whole_character():
    """A mark is not left behind."""
    text = "a" * (SNIPPET_WIDTH - 1) + "e\u0301" + "b" * 50
    assert choose_snippet(text, ()).end == SNIPPET_WIDTH - 1


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
