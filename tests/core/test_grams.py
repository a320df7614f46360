"""The grams of words in other forms."""

from hypothesis import given
from hypothesis import strategies as st

from core.grams import LENGTH, MARK, asked_grams, grams_of_many
from core.terms import terms_of_many


def test_a_word_in_another_form_shares_grams():
    assert set(asked_grams("library")) & set(asked_grams("libraries"))
    assert set(asked_grams("الكتاب")) & set(asked_grams("كتاب"))
    assert set(asked_grams("Bibliothek")) <= set(asked_grams("Stadtbibliothek"))


def test_short_words_numbers_and_other_scripts_have_none():
    """They are terms as they are: a gram says nothing more."""
    assert grams_of_many(["a of the 12345", "図書館の本", "도서관", "", "?!"]) == [""] * 5


@given(st.lists(st.text(), max_size=6))
def test_many_texts_are_like_each_alone(texts):
    assert grams_of_many(texts) == [grams_of_many([text])[0] for text in texts]


@given(st.text())
def test_no_term_is_a_gram(text):
    (grams,), (terms,) = grams_of_many([text]), terms_of_many([text])
    assert all(gram[0] == MARK and len(gram) == LENGTH + 1 for gram in grams.split(" ") if gram)
    assert not any(term.startswith(MARK) for term in terms.split())
