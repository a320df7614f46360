"""Words that nothing in a passage answers are named; those that hold a sentence together never are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import TokenEmbeddings
from core.passages import encoded_text
from core.search.showing.highlight import Aligned, Tokens
from core.search.showing.unanswered import find_unanswered
from tests.core.search.made_tokens import aligned, tokens


def missing(encoder, question, passage, heading=""):
    encoded, shift = encoded_text(heading, passage)
    (embeddings,) = encoder.encode_passages([encoded])
    spans = np.asarray(embeddings.spans - shift, dtype=np.int32)
    body = Tokens(text=passage, embeddings=TokenEmbeddings(vectors=embeddings.vectors, spans=spans))
    asked = Tokens(text=question, embeddings=encoder.encode_query(question))
    made = Aligned(question=asked, passage=body, heading=encoded[:shift], noise_floor=encoder.noise_floor)
    return named(made)


def named(made):
    return [made.question.text[span.start : span.end] for span in find_unanswered(made)]


@pytest.mark.parametrize(
    ("question", "passage", "expected"),
    [
        ("What is the excess for water damage?", "The excess is 250.", ["water", "damage"]),
        ("Wer versichert das Fahrrad?", "Die Versicherung zahlt.", ["Fahrrad"]),
        ("Welche Verträge gibt es?", "Der Versicherungsvertrag endet. Verträge enden.", []),
        ("水漏れのときは何をすればよいですか", "電池を交換する。", ["水漏れ"]),
        ("炊飯器の保証期間は？", "この炊飯器は去年買った。", ["保証期間"]),
        ("パッケージを確認する方法", "依存関係を確認する。", ["パッケージ", "方法"]),
        ("谁统治诺曼底？", "英国的国王统治这里。", ["诺曼底"]),
        ("장마 기간은 언제인가요?", "장마는 유월에 시작한다.", ["기간은"]),
        ("กาฬโรคมีสาเหตุมาจากอะไร", "โรงเรียนอยู่ใกล้ตลาด", ["กาฬโรค", "สาเหตุ"]),
        ("पैंथर्स ने कितने अंक दिए?", "पैंथर्स जीत", ["अंक", "दिए"]),
        ("كم عدد نقاط الفهود؟", "الفهود فازت", ["عدد", "نقاط"]),
        ("Сколько очков пропустила защита?", "Защита играла.", ["очков", "пропустила"]),
    ],
)
def test_what_is_missing_is_named_in_every_script(encoder, question, passage, expected):
    """Whole words, and no question words, articles, particles or auxiliaries."""
    assert missing(encoder, question, passage) == expected


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("ＥＸＣＥＳＳ", "the excess"),
        ("cafe", "Le café"),
        ("ﾗｼﾞｵ", "ラジオを聞く"),
        ("Vertrag", "Versicherungsvertrag"),
        ("СЁМГА", "семга"),
    ],
)
def test_what_stands_there_is_answered(encoder, question, passage):
    """A word that stands in the passage in another width, case or spelling is answered."""
    assert missing(encoder, question, passage) == []


def test_a_heading_answers_too(encoder):
    """A word of the title or section is not missing, though the passage does not repeat it."""
    assert missing(encoder, "deductible of the umbrella", "It is 250.", heading="Umbrella") == ["deductible"]


def test_a_short_word_within_another_is_no_answer():
    """`art` does not stand in `party`, nor `2` in `128`."""
    question = tokens("art 2", ("art", "a"), ("2", "b"))
    assert named(aligned(question, tokens("party 128", ("party", "c"), ("128", "d")))) == ["art", "2"]
    assert named(aligned(question, tokens("art: 2", ("art", "c"), ("2", "d")))) == []


def test_meaning_answers_without_the_word():
    """What a model holds to be the same is answered, whatever its letters."""
    question = tokens("car insurance", ("car", "car"), ("insurance", "insurance"))
    passage = tokens("自動車の話", ("自動車", "car"), ("話", "talk"))
    assert named(aligned(question, passage)) == ["insurance"]


def test_a_word_is_answered_when_most_of_its_pieces_are():
    """Subword tokens: the stem answers for the word, an ending alone does not."""
    question = tokens(
        "searching umbrellas", ("search", "s"), ("ing", "i"), ("umbrella", "u"), ("s", "plural")
    )
    passage = tokens("we found a few", ("found", "s"), ("few", "plural"))
    assert named(aligned(question, passage)) == ["umbrellas"]


def test_markers_answer_nothing():
    """A marker of the passage is near to everything and stands for nothing."""
    question = tokens("umbrella", ("", "marker"), ("umbrella", "u"))
    assert named(aligned(question, tokens("rain", ("", "u"), ("rain", "r")))) == ["umbrella"]


def test_networks_that_weigh_all_alike_have_function_words_too():
    """Without weights, the closed classes are told by their list."""
    question = tokens("wie viele Tonnen", ("wie", "a"), ("viele", "b"), ("Tonnen", "c"))
    assert named(aligned(question, tokens("x", ("x", "d")))) == ["Tonnen"]


def test_a_single_character_somewhere_else_is_a_coincidence():
    """傘 of 雨傘 is not answered by that of 傘寿; a token of another character with its meaning answers."""
    question = tokens("雨傘", ("雨", "rain"), ("傘", "umbrella"))
    assert named(aligned(question, tokens("傘寿", ("傘", "umbrella"), ("寿", "long life")))) == ["雨傘"]
    assert named(aligned(question, tokens("U R", ("U", "umbrella"), ("R", "rain")))) == []


def test_nothing_asked_nothing_missing(encoder):
    assert missing(encoder, "", "text") == []
    assert missing(encoder, "?!", "text") == []


def test_a_passage_without_tokens_answers_by_its_letters(encoder):
    """Only what stands there literally can be answered then."""
    empty = TokenEmbeddings(vectors=np.zeros((0, 128), np.float32), spans=np.zeros((0, 2), np.int32))
    question = Tokens(text="umbrella excess", embeddings=encoder.encode_query("umbrella excess"))
    body = Tokens(text="excess", embeddings=empty)
    assert named(Aligned(question=question, passage=body, heading="", noise_floor=0.3)) == ["umbrella"]


@settings(deadline=None)
@given(question=st.text(max_size=40), passage=st.text(max_size=80), heading=st.text(max_size=10))
def test_unanswered_words_lie_inside_and_apart(encoder, question, passage, heading):
    """Whatever is asked of whatever passage: spans inside the question, in order, apart."""
    encoded, shift = encoded_text(heading, passage)
    (embeddings,) = encoder.encode_passages([encoded])
    body = Tokens(
        text=passage,
        embeddings=TokenEmbeddings(vectors=embeddings.vectors, spans=embeddings.spans - np.int32(shift)),
    )
    asked = Tokens(text=question, embeddings=encoder.encode_query(question))
    position = 0
    for span in find_unanswered(
        Aligned(question=asked, passage=body, heading=encoded[:shift], noise_floor=encoder.noise_floor)
    ):
        assert position <= span.start < span.end <= len(question)
        position = span.end


@settings(deadline=None)
@given(st.text(max_size=60))
def test_a_text_answers_itself(encoder, text):
    """Asked for a passage in its own words, nothing is missing."""
    assert missing(encoder, text, text) == []
