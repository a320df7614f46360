from __future__ import annotations

import pytest
from own_model.recipe import Recipe, read_recipe, recipe_of


def test_the_recipe_that_ships_is_one() -> None:
    """Every name in the file is a value of the recipe."""
    recipe = read_recipe()
    assert recipe.kinds
    assert recipe.group_of("linear.weight").rate > 0


def test_changes_go_before_the_file() -> None:
    """What is said last counts."""
    assert read_recipe(changes={"steps": 7}).steps == 7


@pytest.mark.parametrize(
    "found",
    [
        {"stepz": 3},
        {"steps": "many"},
        {"steps": 0},
        {"kinds": {"riddle": {}}},
        {"kinds": {"question": {"batches": 2}}},
        {"kinds": {"question": {"batch": 1}}},
        {"groups": [{"rate": 1.0}]},
        {"layers_in": "int4"},
    ],
)
def test_what_is_no_recipe_is_refused(found) -> None:
    """A slip must not silently be a default."""
    with pytest.raises((ValueError, TypeError)):
        recipe_of(found)


def test_the_rate_rises_and_falls() -> None:
    """From a part of it to all of it, and down to the floor."""
    recipe = Recipe(steps=100, learning_rate=1.0, warm_up=0.1, floor=0.1)
    rates = [recipe.rate_at(step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[9] == rates[10] == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert 0.1 < rates[-1] < 0.12
