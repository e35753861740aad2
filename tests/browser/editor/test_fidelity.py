"""What the editor does to a text: nothing, but for what was edited. `SPOTE_SOAK=1` runs it at full length."""

import os

import pytest
from playwright.sync_api import Page

SOAK = os.environ.get("SPOTE_SOAK") == "1"
LONGER = 10 if SOAK else 1


def test_no_byte_changes_by_opening_and_switching(harness: Page) -> None:
    assert harness.evaluate("harness.count") >= 60
    assert len(harness.evaluate("harness.nasty()").splitlines()) >= 300
    assert harness.evaluate("harness.unfaithful()") == []


def test_one_word_touches_its_own_line(harness: Page) -> None:
    rounds = 200 * LONGER
    result = harness.evaluate("([rounds, seed]) => harness.wordEdits(rounds, seed)", [rounds, 3])
    assert result["faults"] == []
    assert result["wide"] <= rounds // 50


def test_structural_edits_keep_the_meaning(harness: Page) -> None:
    arguments = [400 * LONGER, 5]
    faults = harness.evaluate(
        "([rounds, seed]) => harness.structuralEdits(rounds, seed)", arguments
    )
    assert faults == []


@pytest.mark.parametrize("seed", range(1, 5 * LONGER + 1))
def test_long_walks_through_both_modes_lose_nothing(harness: Page, seed: int) -> None:
    steps = 400 if SOAK else 80
    assert harness.evaluate("([steps, seed]) => harness.walk(steps, seed)", [steps, seed]) == []
