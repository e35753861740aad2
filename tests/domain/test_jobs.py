"""Jobs on the database, whichever it is."""

import weakref
from contextlib import closing

import pytest

from spote.settings import Settings
from spote.storage import open_database
from spote.storage.dialects.postgresql import engine
from tests.waiting import until


class Answer:
    """What a job found."""


@pytest.mark.parametrize("run", ["read_now", "write_now"])
def test_nothing_keeps_an_answer_that_was_given(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, run: str
) -> None:
    """Else memory grows with each request, and looking through it for garbage takes longer and longer."""
    monkeypatch.setattr(engine, "CLOCK_SECONDS", 60)
    with closing(open_database(settings)) as database:
        answer = getattr(database, run)(lambda db: Answer())
        kept = weakref.ref(answer)
        del answer
        until(lambda: kept() is None, 10)
