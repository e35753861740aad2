"""One ranking out of two."""

from hypothesis import given
from hypothesis import strategies as st

from spote.domain.search.fusion import fused

SCORES = st.dictionaries(st.integers(0, 20), st.floats(0, 1))


def test_found_by_both_is_better_than_by_one() -> None:
    ranking = fused({"both": 0.75, "words": 0.75}, {"both": 0.7, "meaning": 0.7})
    assert [key for key, _ in ranking] == ["both", "words", "meaning"]


def test_the_very_word_wins_over_the_vaguely_alike() -> None:
    ranking = fused({"holds it": 0.75}, {"alike": 0.6, "a little": 0.5})
    assert ranking[0][0] == "holds it"


def test_a_filler_word_does_not_win_over_the_meaning() -> None:
    ranking = fused({"filler": 0.4}, {"answer": 0.6, "other": 0.5, "filler": 0.1})
    assert [key for key, _ in ranking] == ["answer", "other", "filler"]


def test_less_than_a_filler_word_changes_no_order_but_is_found() -> None:
    ranking = fused({"near": 0.15, "far": 0.15}, {"answer": 0.6, "near": 0.5999})
    assert [key for key, _ in ranking] == ["answer", "near", "far"]
    assert 0 < ranking[-1][1] < 0.001


def test_strong_in_one_is_strong() -> None:
    scores = dict(fused({"words": 1.0}, {"meaning": 0.85}))
    assert scores["words"] > 0.8
    assert scores["meaning"] > 0.8


def test_nothing_found_is_nothing() -> None:
    assert fused({}, {}) == []


@given(SCORES, SCORES)
def test_every_note_is_ranked_once_by_a_score_between_0_and_1(
    words: dict[int, float], meaning: dict[int, float]
) -> None:
    ranking = fused(words, meaning)
    assert {key for key, _ in ranking} == words.keys() | meaning.keys()
    assert len(ranking) == len(words.keys() | meaning.keys())
    scores = [score for _, score in ranking]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


@given(SCORES, SCORES)
def test_more_evidence_never_lowers_a_score(
    words: dict[int, float], meaning: dict[int, float]
) -> None:
    scores = dict(fused(words, meaning))
    assert all(scores[key] >= score - 1e-9 for key, score in meaning.items())
    higher = dict(fused({key: min(1, score + 0.1) for key, score in words.items()}, meaning))
    assert all(higher[key] >= score - 1e-9 for key, score in scores.items())
