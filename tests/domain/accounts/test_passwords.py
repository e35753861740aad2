"""Passwords are hashed well, compared without telling, and cannot be used to stop the server."""

import asyncio
import time

import pytest
from argon2 import PasswordHasher, extract_parameters

from spote.domain import accounts
from spote.domain.accounts import passwords
from spote.errors import Unavailable


@pytest.fixture
def pool():
    pool = accounts.PasswordPool()
    yield pool
    pool.close()


def test_a_hash_has_the_parameters_that_were_chosen_and_a_salt_of_its_own():
    first, second = (accounts.hash_password("correct horse") for _ in range(2))
    found = extract_parameters(first)
    assert first.startswith("$argon2id$")
    assert (found.memory_cost, found.time_cost, found.parallelism) == (19 * 1024, 2, 1)
    assert first != second


def test_only_the_right_password_verifies():
    kept = accounts.hash_password("correct horse")
    assert accounts.verify_password(kept, "correct horse")
    for wrong in ("Correct horse", "correct horse ", "", "correct hors\u0435"):
        assert not accounts.verify_password(kept, wrong)


def test_passwords_are_not_normalised():
    assert not accounts.verify_password(accounts.hash_password("ﬁne ligature"), "fine ligature")


def test_a_hash_that_is_none_verifies_nothing():
    assert not accounts.verify_password("never-a-hash", "correct horse")


def test_an_unknown_address_costs_what_a_known_one_does():
    kept = accounts.hash_password("correct horse")
    assert extract_parameters(passwords.DUMMY_HASH) == extract_parameters(kept)
    assert not accounts.verify_password(None, "correct horse")
    known, unknown = [], []
    for _ in range(7):  # in turn, so that a busy moment slows both
        known.append(seconds(lambda: accounts.verify_password(kept, "wrong")))
        unknown.append(seconds(lambda: accounts.verify_password(None, "wrong")))
    assert min(known) / 3 < min(unknown) < min(known) * 3


def test_not_even_the_password_of_the_stand_in_hash_opens_anything(monkeypatch):
    monkeypatch.setattr(passwords, "DUMMY_HASH", accounts.hash_password("stand-in"))
    assert not accounts.verify_password(None, "stand-in")


def seconds(job) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def test_a_hash_of_older_parameters_is_made_anew():
    assert not accounts.needs_rehash(accounts.hash_password("correct horse"))
    older = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
    assert accounts.needs_rehash(older.hash("correct horse"))


async def test_the_pool_hashes_and_verifies(pool):
    kept = await pool.hash("correct horse")
    assert await pool.verify(kept, "correct horse")
    assert not await pool.verify(kept, "wrong")
    assert not await pool.verify(None, "correct horse")


async def test_the_event_loop_goes_on_while_passwords_are_hashed(pool):
    hashing = asyncio.gather(*(pool.hash("correct horse") for _ in range(6)))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 5


async def test_a_crowd_is_turned_away_and_comes_in_later():
    pool = accounts.PasswordPool(threads=1, waiting_limit=2)
    results = await asyncio.gather(
        *(pool.hash("correct horse") for _ in range(6)), return_exceptions=True
    )
    assert [isinstance(result, str) for result in results] == [True] * 3 + [False] * 3
    assert all(isinstance(result, Unavailable) for result in results[3:])
    assert await pool.hash("correct horse")
    pool.close()


async def test_those_who_leave_make_room():
    pool = accounts.PasswordPool(threads=1, waiting_limit=2)
    for _ in range(5):
        waiting = [asyncio.create_task(pool.hash("correct horse")) for _ in range(2)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.sleep(0.1)
    assert await pool.hash("correct horse")
    pool.close()


async def test_a_closed_pool_says_that_the_server_stops(pool):
    pool.close()
    pool.close()
    with pytest.raises(Unavailable):
        await pool.hash("correct horse")
