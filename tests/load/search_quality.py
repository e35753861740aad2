"""How well searching finds the answer to a question, in one language and across two: `make bench-search`.

The questions and answers of the package zaragoza-construction-faq (CC BY 4.0), in Swedish and in English. A note holds
an answer, but not its question; its title is how the answer begins. Questions are asked as they are.
"""

import json
import math
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np

from spote.domain import accounts, notes, search
from spote.domain.notes.model import INBOX
from spote.domain.notes.words import words
from spote.domain.search.embedding import Embedder, make_embedder, passages
from spote.domain.search.embedding.calibration import curve_of
from spote.domain.search.embedding.e5 import NAME
from spote.domain.search.fusion import fused
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Via, new_id
from spote.paging import Page
from spote.settings import Settings
from spote.storage import Database, open_database

LANGUAGES = {"sv": "faq.jsonl", "en": "faq-en.jsonl"}
PAIRS = [("sv", "sv"), ("en", "en"), ("en", "sv"), ("sv", "en")]
DEPTH = 100  # notes of each ranking that are fused
SHOWN = 10
CURVE = curve_of(NAME)
Ranking = list[tuple[int, float]]  # number of a note and its score, the best first


class Entry(NamedTuple):
    category: str
    question: str
    answer: str

    @property
    def title(self) -> str:
        return self.answer[:50].rsplit(" ", 1)[0]


class QuestionSet(NamedTuple):
    name: str
    right: list[set[int]]  # for each question, the numbers of the notes that answer it
    by_words: list[Ranking]
    by_meaning: list[Ranking]


class Measured(NamedTuple):
    ndcg: float  # at 10
    recall: float  # at 10


Way = Callable[[Ranking, Ranking], list[int]]


def main() -> None:
    """Prints the tables of docs/search-quality.md. Ten minutes on one core."""
    from tests.load import duplicates

    sets = [*question_sets(filed=False), *question_sets(filed=True)]
    print_quality(sets)
    print_fusions(sets)
    embedder = make_embedder(Settings(data=Path()))
    assert embedder is not None
    print_calibration(embedder)
    duplicates.print_duplicates(embedder)


def question_sets(*, filed: bool) -> Iterator[QuestionSet]:
    place = "in a bucket of their subject" if filed else "in the inbox"
    with tempfile.TemporaryDirectory() as folder, notes_in(Path(folder), filed=filed) as known:
        for asked, answered in PAIRS:
            questions = [one.question for one in known[asked].entries]
            right = [{n for n, one in enumerate(questions) if one == this} for this in questions]
            yield known[answered].asked(f"{asked}→{answered}, {place}", questions, right)
        if not filed:
            for language, side in known.items():
                for count in (1, 2):
                    names = dict(rare_words(side.entries, count))
                    right = [{note} for note in names]
                    label = f"{'a rare word' if count == 1 else 'two rare words'}, {language}"
                    yield side.asked(label, list(names.values()), right)


def rare_words(entries: Sequence[Entry], count: int) -> Iterator[tuple[int, str]]:
    """Of each note a word that stands in no other one, and another rare one with it."""
    held = [list(dict.fromkeys(words(one.answer))) for one in entries]
    holders = Counter(word for some in held for word in some)
    for note, some in enumerate(held):
        long = [word for word in some if len(word) > 3]
        only = [word for word in long if holders[word] == 1][:1]
        rare = [word for word in long if 1 < holders[word] <= 5][: count - 1]
        if only and len(only + rare) == count:
            yield note, " ".join(only + rare)


@contextmanager
def notes_in(folder: Path, *, filed: bool) -> Iterator[dict[str, "Side"]]:
    settings = Settings(data=folder)
    embedder, database = make_embedder(settings), open_database(settings)
    assert embedder is not None
    try:
        yield {
            language: Side(database, embedder, load(file), filed=filed)
            for language, file in LANGUAGES.items()
        }
    finally:
        database.close()


class Side:
    """The notes of one language, to be searched in both ways."""

    def __init__(
        self, database: Database, embedder: Embedder, entries: list[Entry], *, filed: bool
    ) -> None:
        self.entries = entries
        self._room = Room(database, entries, filed=filed)
        self._vectors = Vectors(embedder, entries, filed=filed)

    def asked(self, name: str, questions: list[str], right: list[set[int]]) -> QuestionSet:
        by_words = [self._room.ranking(one) for one in questions]
        by_meaning = [self._vectors.ranking(one) for one in questions]
        return QuestionSet(name, right, by_words, by_meaning)


def load(file: str) -> list[Entry]:
    text = (files("zaragoza_construction_faq") / "data" / file).read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    return [Entry(one["category"], one["q"], one["a"]) for one in lines]


class Room:
    """The real search, over notes of an account in a real database."""

    def __init__(self, database: Database, entries: Sequence[Entry], *, filed: bool) -> None:
        self._database = database
        draft = accounts.SignUp(email=f"{new_id()}@example.org", password="correct horse")
        account = database.write_now(lambda db: accounts.create_account(db, draft, "hash"))
        self._actor = Actor(account.id, FULL_ACCESS, CredentialKind.TOKEN, new_id(), Via.API)
        self._numbers = {self._save(one, filed=filed): n for n, one in enumerate(entries)}

    def _save(self, entry: Entry, *, filed: bool) -> str:
        bucket = entry.category if filed else INBOX
        draft = notes.NoteDraft(title=entry.title, text=entry.answer, bucket=bucket, tags=())
        return self._database.write_now(lambda db: notes.create_note(db, self._actor, draft)).id

    def ranking(self, question: str) -> Ranking:
        query = search.SearchQuery(q=question, mode="keyword")
        page = Page(limit=DEPTH, offset=0)
        found = self._database.read_now(
            lambda db: search.search_notes(db, self._actor, query, page)
        )
        return [(self._numbers[one.id], one.score) for one in found.items]


class Vectors:
    """Each note's passages; the best one counts."""

    def __init__(self, embedder: Embedder, entries: Sequence[Entry], *, filed: bool) -> None:
        cut = [
            passages(one.title, one.category if filed else INBOX, (), one.answer) for one in entries
        ]
        self._embedder = embedder
        self._note = np.repeat(np.arange(len(cut)), [len(one) for one in cut])
        self._rows = embedder.embed_passages([p.embedded for one in cut for p in one])

    def ranking(self, question: str) -> Ranking:
        cosines = self._rows @ self._embedder.embed_query(question)
        best = np.full(self._note.max() + 1, -1, np.float32)
        np.maximum.at(best, self._note, cosines)
        return [(int(n), float(best[n])) for n in np.argsort(-best, kind="stable")[:DEPTH]]


def print_quality(sets: Sequence[QuestionSet]) -> None:
    print(
        "| nDCG@10 / Recall@10 | questions | keyword | semantic | hybrid |\n|---|---|---|---|---|"
    )
    for one in sets:
        cells = [measure(one, way) for way in (keyword, semantic, hybrid)]
        row = " | ".join(f"{cell.ndcg:.3f} / {cell.recall:.2f}" for cell in cells)
        print(f"| {one.name} | {len(one.right)} | {row} |")


def print_fusions(sets: Sequence[QuestionSet]) -> None:
    """Of each way to fuse: the mean over the questions, over the rare words, and where it loses most."""
    alone = [max(measure(one, way).ndcg for way in (keyword, semantic)) for one in sets]
    print("\n| fusion, nDCG@10 | questions | rare words | worst loss |\n|---|---|---|---|")
    for name, way in FUSIONS.items():
        found = [measure(one, way).ndcg for one in sets]
        rare = [ndcg for ndcg, one in zip(found, sets, strict=True) if "rare" in one.name]
        other = [ndcg for ndcg, one in zip(found, sets, strict=True) if "rare" not in one.name]
        loss = min(ndcg - best for ndcg, best in zip(found, alone, strict=True))
        print(f"| {name} | {fmean(other):.3f} | {fmean(rare):.3f} | {loss:+.3f} |")


def print_calibration(embedder: Embedder) -> None:
    """Cosines, and the scores that the curve makes of them, of questions with their answers and with all others."""
    print(
        "\n| cosine → score | 5 % are below | half are below | 95 % are below |\n|---|---|---|---|"
    )
    for language, file in LANGUAGES.items():
        entries = load(file)
        questions = np.stack([embedder.embed_query(one.question) for one in entries])
        cosines = questions @ embedder.embed_passages([one.answer for one in entries]).T
        right = np.eye(len(entries), dtype=bool)
        for name, some in (("their answers", cosines[right]), ("other answers", cosines[~right])):
            points = [float(np.percentile(some, share)) for share in (5, 50, 95)]
            row = " | ".join(f"{one:.3f} → {CURVE.score(one):.2f}" for one in points)
            print(f"| {language}: questions and {name} | {row} |")


def keyword(by_words: Ranking, by_meaning: Ranking) -> list[int]:
    return [note for note, _ in by_words]


def semantic(by_words: Ranking, by_meaning: Ranking) -> list[int]:
    return [note for note, _ in by_meaning]


def hybrid(by_words: Ranking, by_meaning: Ranking) -> list[int]:
    scores = {note: CURVE.score(cosine) for note, cosine in by_meaning}
    return [note for note, _ in fused(dict(by_words), scores)]


def by_ranks(k: int, weight: float) -> Way:
    """Reciprocal rank fusion; `weight` is of the meaning, against 1 of the words."""

    def way(by_words: Ranking, by_meaning: Ranking) -> list[int]:
        scores = defaultdict[int, float](float)
        for ranking, factor in ((by_words, 1.0), (by_meaning, weight)):
            for place, (note, _) in enumerate(ranking, start=1):
                scores[note] += factor / (k + place)
        return sorted(scores, key=lambda note: -scores[note])

    return way


def by_sum(share: float) -> Way:
    """The cosine, and a share of the score by words."""

    def way(by_words: Ranking, by_meaning: Ranking) -> list[int]:
        scores = dict(by_meaning)
        for note, score in by_words:
            scores[note] = scores.get(note, by_meaning[-1][1]) + share * score
        return sorted(scores, key=lambda note: -scores[note])

    return way


FUSIONS: dict[str, Way] = {
    "keyword alone": keyword,
    "semantic alone": semantic,
    "reciprocal rank, k=60, weight 1": by_ranks(60, 1),
    "reciprocal rank, k=10, weight 1": by_ranks(10, 1),
    "reciprocal rank, k=10, weight 3": by_ranks(10, 3),
    "reciprocal rank, k=10, weight 5": by_ranks(10, 5),
    "cosine + 0.03 · words": by_sum(0.03),
    "cosine + 0.1 · words": by_sum(0.1),
    "**either one is enough**": hybrid,
}


def measure(asked: QuestionSet, way: Way) -> Measured:
    """nDCG@10 with gains of 0 and 1 (Järvelin 2002), and the share of right notes among the first ten."""
    found = [
        way(by_words, by_meaning)[:SHOWN]
        for by_words, by_meaning in zip(asked.by_words, asked.by_meaning, strict=True)
    ]
    pairs = list(zip(found, asked.right, strict=True))
    return Measured(
        ndcg=fmean(_ndcg(notes, right) for notes, right in pairs),
        recall=fmean(len(right & set(notes)) / len(right) for notes, right in pairs),
    )


def _ndcg(found: Sequence[int], right: set[int]) -> float:
    gain = sum(1 / math.log2(place + 2) for place, one in enumerate(found) if one in right)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(len(right), SHOWN)))


if __name__ == "__main__":
    main()
