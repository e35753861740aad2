"""Who used which token when: collected in memory and written in batches, so that a request costs no write."""

import threading
from collections import Counter
from datetime import timedelta

from spote.domain.tokens import queries
from spote.domain.tokens.model import Budget
from spote.domain.tokens.queries import TokenUse
from spote.errors import LimitReached
from spote.identity import Actor
from spote.storage import Connection, to_time

MINUTE = 60_000  # ms
Requests = Counter[tuple[str, str, int]]  # by account, token, minute


class TokenUsage:
    """The uses of tokens in this process since the last flush, and the requests of this minute.

    Used from several database threads at once. Requests of other processes are known as of the last flush.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uses: dict[str, TokenUse] = {}  # by token
        self._unwritten: Requests = Counter()
        self._being_written: Requests = Counter()
        self._written: dict[tuple[str, int], int] = {}  # by token, minute: sums over all processes

    def take(self, actor: Actor, *, limit: int, now: int, address: str | None) -> None:
        """Count one request of a token.

        Raises:
            LimitReached: it has made as many requests in this minute as it may.
        """
        account_id, token_id = actor.account_id, actor.credential_id
        minute = now // MINUTE
        with self._lock:
            if self._used(account_id, token_id, minute) >= limit:
                raise LimitReached(
                    f"This token may make {limit} requests a minute. Try again in a moment.",
                    retry_after_seconds=60 - now // 1000 % 60,
                )
            self._unwritten[account_id, token_id, minute] += 1
            self._uses[token_id] = TokenUse(account_id, token_id, now, address, actor.client)

    def budget(self, actor: Actor, *, limit: int, now: int) -> Budget:
        minute = now // MINUTE
        with self._lock:
            used = self._used(actor.account_id, actor.credential_id, minute)
        return Budget(
            limit=limit,
            remaining=max(0, limit - used),
            resets_at=to_time(minute * MINUTE) + timedelta(minutes=1),
        )

    @property
    def is_empty(self) -> bool:
        return not self._uses

    def write(self, db: Connection) -> None:
        """Write down what was collected. When a statement fails, it is collected again."""
        with self._lock:
            uses, self._uses = self._uses, {}
            unwritten, self._unwritten = self._unwritten, Counter()
            self._being_written.update(unwritten)
        try:
            sums = {
                (token_id, minute): queries.add_requests(
                    db, account_id=account_id, token_id=token_id, minute=minute, requests=count
                )
                for (account_id, token_id, minute), count in unwritten.items()
            }
            for use in uses.values():
                queries.update_last_use(db, use)
            queries.delete_old_requests(db, before_minute=db.now // MINUTE - 1)
        except BaseException:
            self._put_back(uses, unwritten)
            raise
        with self._lock:
            recent = {
                key: count for key, count in self._written.items() if key[1] >= db.now // MINUTE
            }
            self._written = recent | sums
            self._being_written -= unwritten

    def _put_back(self, uses: dict[str, TokenUse], unwritten: Requests) -> None:
        with self._lock:
            self._uses = {**uses, **self._uses}
            self._unwritten.update(unwritten)
            self._being_written -= unwritten

    def _used(self, account_id: str, token_id: str, minute: int) -> int:
        """Wants the lock."""
        key = (account_id, token_id, minute)
        here = self._unwritten[key] + self._being_written[key]
        return here + self._written.get((token_id, minute), 0)
