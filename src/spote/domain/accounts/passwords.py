"""Hashes passwords with argon2id, on threads of its own: each hash takes tens of milliseconds and 19 MiB."""

import asyncio
import hashlib
import threading
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw

from spote.errors import Unavailable

T = TypeVar("T")

MEMORY_KIB = 19 * 1024  # with the two below: OWASP's Password Storage Cheat Sheet, argon2id
ROUNDS = 2
LANES = 1
SALT_BYTES = 16
HASH_BYTES = 32
THREADS = 2
WAITING_LIMIT = 100

_hasher = PasswordHasher(
    time_cost=ROUNDS,
    memory_cost=MEMORY_KIB,
    parallelism=LANES,
    hash_len=HASH_BYTES,
    salt_len=SALT_BYTES,
)


def hash_password(password: str) -> str:
    """A PHC string with its own salt and parameters."""
    return _hasher.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """False, after just as long, where there is no account and so no hash."""
    try:
        _hasher.verify(password_hash or DUMMY_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def stretched_password(password: str, context: str) -> str:
    """A key that costs as much to guess as a kept hash: it seals what only who knows the password may read."""
    return hash_secret_raw(
        password.encode(),
        hashlib.sha256(context.encode()).digest()[:SALT_BYTES],
        ROUNDS,
        MEMORY_KIB,
        LANES,
        HASH_BYTES,
        Type.ID,
    ).hex()


def needs_rehash(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


class PasswordPool:
    """Few threads, so that a flood of sign-ins takes neither all memory nor all processors.

    Raises:
        Unavailable: too many wait already.
    """

    def __init__(self, *, threads: int = THREADS, waiting_limit: int = WAITING_LIMIT) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="spote-passwords")
        self._limit = threads + waiting_limit
        self._inside = 0
        self._lock = threading.Lock()

    async def hash(self, password: str) -> str:
        return await self._run(lambda: hash_password(password))

    async def stretch(self, password: str, context: str) -> str:
        return await self._run(lambda: stretched_password(password, context))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return await self._run(lambda: verify_password(password_hash, password))

    def close(self) -> None:
        """Waits for what runs, drops what waits. Safe to call twice."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _run(self, job: Callable[[], T]) -> T:
        with self._lock:
            if self._inside >= self._limit:
                raise Unavailable("Too many people are signing in. Try again.")
            self._inside += 1
        try:
            future = self._threads.submit(job)
        except RuntimeError as error:
            self._leave()
            raise Unavailable("The server is stopping.") from error
        future.add_done_callback(self._leave)  # not when the caller leaves: the thread goes on
        return await asyncio.wrap_future(future)

    def _leave(self, _: "Future[T] | None" = None) -> None:
        with self._lock:
            self._inside -= 1


def _phc(salt: bytes, digest: bytes) -> str:
    """How argon2 writes a hash (the PHC string format): base64 without padding."""
    salt_text, digest_text = (b64encode(part).decode().rstrip("=") for part in (salt, digest))
    return f"$argon2id$v=19$m={MEMORY_KIB},t={ROUNDS},p={LANES}${salt_text}${digest_text}"


DUMMY_HASH = _phc(bytes(SALT_BYTES), bytes(HASH_BYTES))  # costs the same, and no password is known
