"""What one process remembers of vectors leads to the same notes as comparing all that are stored, whatever changed."""

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spote.domain import accounts, notes, search
from spote.domain.search import index, part
from spote.domain.search.meaning import NOTHING_MORE, matrix
from spote.domain.search.part import Vector
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Via, new_id
from spote.settings import Settings
from spote.storage import Connection, Database, open_database
from tests.domain.search.conftest import embed_all
from tests.domain.search.embedders import DIMENSIONS, SENSES, WordSenses
from tests.properties.soak import SOAK, rounds

NOTES = 150  # more than a search looks at
FEWEST = 120
SHOWN = 10
FEW_COMPARED = 150  # passages of a few hundred
FILLING = "\n\n" + "so on " * 100 + "\n\n"


ROTATION, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(DIMENSIONS, DIMENSIONS)))


class Spread(WordSenses):
    """Each sense in all numbers, as models have it: so the sign of a single number says something."""

    def _vector(self, text: str) -> Vector:
        return (super()._vector(text) @ ROTATION).astype(np.float32)


class World:
    """One account's notes, some of several passages, and the process that remembers them."""

    def __init__(self, database: Database, seed: int) -> None:
        self._database = database
        self._chance = random.Random(seed)
        self._by_meaning = search.SearchByMeaning(Spread())
        self.worker = search.EmbeddingWorker(database, self._by_meaning)
        draft = accounts.SignUp(email=f"{new_id()}@example.org", password="correct horse")
        account = database.write_now(lambda db: accounts.create_account(db, draft, "hash"))
        self._person = Actor(account.id, FULL_ACCESS, CredentialKind.SESSION, "s", Via.WEB)
        self._live = [self._new_note() for _ in range(NOTES)]
        self._trashed = list[str]()

    def step(self) -> None:
        """One change, seldom more than one of a note."""
        note = self._chance.choice(self._live)
        kind = self._chance.choice(["new", "change", "change", "trash", "delete", "restore"])
        if kind == "new" or len(self._live) < FEWEST:
            self._live.append(self._new_note())
        elif kind == "change":
            self._write(notes.update_note, note, notes.NoteChange(text=self._text()))
        elif kind == "trash":
            self._write(notes.delete_note, note)
            self._live.remove(note)
            self._trashed.append(note)
        elif kind == "delete":
            self._write(notes.delete_note_for_good, note)
            self._live.remove(note)
        elif self._trashed:
            back = self._trashed.pop(self._chance.randrange(len(self._trashed)))
            self._write(notes.restore_note, back)
            self._live.append(back)
        embed_all(self.worker)

    def look(self) -> tuple[list[float], list[float]]:
        """Cosines of what is nearest to a question, as found, and as they are."""
        vector = Spread().embed_query(self._words())
        found = self._database.read_now(
            lambda db: self._by_meaning.meaning.nearest(
                db, self._person, "senses/1", vector, NOTHING_MORE, count=SHOWN
            )
        )
        best = self._database.read_now(lambda db: self._compare_all(db, vector))
        return [one.cosine for one in found], sorted(best, reverse=True)[:SHOWN]

    def _compare_all(self, db: Connection, vector: Vector) -> list[float]:
        """The best cosine of each live note."""
        rows = db.all(
            "SELECT n.number, p.vector FROM passages AS p"
            " JOIN notes AS n ON n.account_id = p.account_id AND n.id = p.note_id"
            " WHERE n.account_id = :account_id AND n.trashed_at IS NULL",
            {"account_id": self._person.account_id},
        )
        best: dict[int, float] = {}
        cosines = (matrix([bytes(row[1]) for row in rows]) @ vector).tolist()
        for (number, _), cosine in zip(rows, cosines, strict=True):
            best[number] = max(best.get(number, -1.0), cosine)
        return list(best.values())

    def _new_note(self) -> str:
        return str(self._write(notes.create_note, notes.NoteDraft(title="N", text=self._text())).id)

    def _text(self) -> str:
        """One note in five is long."""
        parts = self._chance.randrange(2, 9) if self._chance.random() < 0.2 else 1
        return FILLING.join(self._words() for _ in range(parts))

    def _words(self) -> str:
        return " ".join(self._chance.choices(list(SENSES), k=self._chance.randrange(1, 9)))

    def _write(self, service: Any, *details: Any) -> Any:
        return self._database.write_now(lambda db: service(db, self._person, *details))


@pytest.fixture
def world(tmp_path: Path, new_database_url: str) -> Iterator[World]:
    seed = random.randrange(1 << 32) if SOAK else 8
    print(f"seed {seed}")
    settings = Settings(data=tmp_path / "data", database_url=new_database_url)
    with closing(open_database(settings)) as database:
        world = World(database, seed)
        yield world
        world.worker.stop()


def test_it_finds_what_comparing_all_would_find(world: World) -> None:
    for step in range(rounds(160, 5_000)):
        world.step()
        found, exact = world.look()
        assert found == pytest.approx(exact, abs=3e-3), step


def test_where_signs_choose_it_finds_as_many_and_nearly_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "FEW", FEW_COMPARED)
    monkeypatch.setattr(index, "COMPARED", FEW_COMPARED)
    for step in range(rounds(160, 5_000)):
        world.step()
        found, exact = world.look()
        assert len(found) == SHOWN, step
        assert sum(found) > 0.95 * sum(exact), step
