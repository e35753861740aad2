"""Another model: everything is embedded anew."""

from spote.domain import search
from spote.storage import Database
from tests.domain.conftest import Run
from tests.domain.search.conftest import embed_all
from tests.domain.search.embedders import WordSenses


def test_a_note_saved_during_the_change_takes_no_vectors_from_the_others(
    save: Run, read: Run, sql: Run, database: Database, worker: search.EmbeddingWorker
) -> None:
    """It is embedded before the others are even queued."""
    for number in range(3):
        save(f"Note {number}", "car")
    embed_all(worker)
    worker.stop()
    save("Later", "car")
    replacement = search.EmbeddingWorker(database, search.SearchByMeaning(WordSenses("senses/2")))
    assert replacement.work_once()
    assert read(search.count_all_waiting) == 3
    assert sql("SELECT model FROM embedded_accounts WHERE model IS NOT NULL") == [("senses/1",)]
    embed_all(replacement)
    replacement.stop()
    assert sql("SELECT model, count(*) FROM passages GROUP BY model") == [("senses/2", 4)]
