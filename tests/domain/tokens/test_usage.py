"""What a token has used of its minute is known at every moment, also while it is being written down."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from spote.domain import tokens
from spote.errors import LimitReached
from spote.identity import Actor
from tests.domain.conftest import agent_of

NOON = 1_000 * 60_000  # ms


class SlowConnection:
    """Lets somebody look before each answer, as other threads can."""

    def __init__(self, db: Any, look: Any) -> None:
        self._db = db
        self._look = look

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    def all(self, *asked: Any) -> Any:
        with ThreadPoolExecutor(1) as threads:
            threads.submit(self._look).result()
        return self._db.all(*asked)


@pytest.fixture
def script(person: Actor, account: Any, write: Any) -> Actor:
    made = write(tokens.create_token, person, tokens.TokenDraft(label="Script"))
    return replace(agent_of(account), credential_id=made.id)


def test_the_limit_holds_while_uses_are_written_down(database: Any, script: Actor) -> None:
    usage = tokens.TokenUsage()
    seen = []

    def use() -> None:
        usage.take(script, limit=3, now=NOON, address=None)

    def look() -> None:
        seen.append(usage.budget(script, limit=3, now=NOON).remaining)
        with pytest.raises(LimitReached):
            use()

    for _ in range(3):
        use()
    database.write_now(lambda db: usage.write(SlowConnection(db, look)))
    look()
    assert seen == [0, 0]


def test_what_could_not_be_written_still_counts_once(database: Any, script: Actor) -> None:
    usage = tokens.TokenUsage()
    usage.take(script, limit=3, now=NOON, address=None)

    def fail() -> None:
        raise RuntimeError

    for _ in range(2):
        with pytest.raises(RuntimeError):
            database.write_now(lambda db: usage.write(SlowConnection(db, fail)))
        assert usage.budget(script, limit=3, now=NOON).remaining == 2
    database.write_now(usage.write)
    assert usage.budget(script, limit=3, now=NOON).remaining == 2
