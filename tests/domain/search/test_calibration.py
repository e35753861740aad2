"""Scores mean what they promise: above 0.8 is a strong match, and texts with nothing in common are far from it."""

import json
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spote.domain.search.embedding.calibration import Curve, curve_of
from spote.domain.search.embedding.e5 import E5, NAME

COSINES = st.floats(-1, 1)


@given(COSINES, COSINES, st.sampled_from([NAME, "intfloat/multilingual-e5-large", "some-model"]))
def test_scores_rise_with_the_cosine(one: float, other: float, model: str) -> None:
    low, high = sorted([one, other])
    curve = curve_of(model)
    assert 0 <= curve.score(low) <= curve.score(high) <= 1


def test_the_same_vector_is_a_strong_match_for_every_model() -> None:
    assert curve_of(NAME).score(1) > 0.99
    assert curve_of("never-heard-of").score(1) > 0.99


def test_models_of_one_family_share_a_curve() -> None:
    assert curve_of("intfloat/multilingual-e5-base") == curve_of(NAME)
    assert curve_of("text-embedding-3-small") != curve_of(NAME)


def test_the_documented_points_of_the_curve() -> None:
    scores = {cosine: round(curve_of(NAME).score(cosine), 2) for cosine in (0.77, 0.8, 0.86, 0.9)}
    assert scores == {0.77: 0.1, 0.8: 0.27, 0.86: 0.8, 0.9: 0.95}


def scores_of(e5: E5, language: str, curve: Curve) -> np.ndarray:
    """Of thirty questions (rows) and their answers (columns)."""
    file = files("zaragoza_construction_faq") / "data" / language
    entries = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()][::17]
    questions = np.array([e5.embed_query(one["q"]) for one in entries])
    answers = e5.embed_passages([one["a"] for one in entries])
    return np.vectorize(curve.score)(questions @ answers.T)


@pytest.mark.parametrize("language", ["faq.jsonl", "faq-en.jsonl"])
def test_answers_are_strong_matches_and_other_texts_of_the_same_subject_are_not(
    e5: E5, language: str
) -> None:
    scores = scores_of(e5, language, curve_of(NAME))
    right = np.eye(len(scores), dtype=bool)
    assert np.median(scores[right]) > 0.8
    assert np.mean(scores[right] > 0.5) > 0.85
    assert np.mean(scores[~right] > 0.8) < 0.02
    assert np.median(scores[~right]) < 0.35


def test_everyday_notes_with_nothing_in_common_are_weak_matches(e5: E5) -> None:
    notes = [
        "Pannkakor: Vispa ihop tre ägg, mjölk och mjöl. Stek i smör.",
        "Wifi: Lösenordet till nätverket hemma är på routerns undersida.",
        "Doctor: Appointment with Dr. Lind on Tuesday at 10, bring the blood test results.",
        "Book list: The Left Hand of Darkness, Roadside Picnic, Solaris.",
    ]
    rows = e5.embed_passages(notes)
    for question in ("quantum chromodynamics", "hundvalp", "how to change the oil in a Volvo"):
        scores = [curve_of(NAME).score(float(one)) for one in rows @ e5.embed_query(question)]
        assert max(scores) < 0.4, question
    assert curve_of(NAME).score(float(rows[0] @ e5.embed_query("how do I make pancakes"))) > 0.8
