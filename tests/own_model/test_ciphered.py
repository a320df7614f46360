"""Sets in a language that nobody knows: other words, the same answers."""

from __future__ import annotations

from dataclasses import replace

from own_model.ciphered import CIPHERED, ciphered
from own_model.development import chosen_sets
from own_model.recipe import Recipe

from tests.own_model.miniature import questions


def test_words_change_and_stay_as_different_as_they_were():
    """Equal words stay equal, and no two words become one."""
    clear, hidden = questions(), ciphered(questions())
    assert hidden.judgements == clear.judgements
    words = [word for each in clear.passages.values() for word in each.text.split()]
    changed = [word for each in hidden.passages.values() for word in each.text.split()]
    assert len(words) == len(changed)
    assert len(set(zip(words, changed, strict=True))) == len(set(words)) == len(set(changed))
    assert sum(a == b for a, b in zip(words, changed, strict=True)) < 0.05 * len(words)


def test_only_a_pattern_that_says_so_asks_them():
    sets = [questions("animals"), questions("others")]
    recipe = Recipe(development=("*", "anim*" + CIPHERED))
    assert [each.name for each in chosen_sets(sets, recipe)] == ["animals", "animals" + CIPHERED, "others"]
    assert [each.name for each in chosen_sets(sets, replace(recipe, development=("*",)))] == [
        "animals",
        "others",
    ]
