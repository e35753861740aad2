"""The same request twice has one effect, and its kept answer is of no use to who reads the database."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from spote.domain import requests
from spote.errors import Conflict, InvalidInput
from spote.identity import new_id

DAY = 24 * 60 * 60 * 1000  # ms
ANSWER = requests.StoredAnswer(
    201, (("content-type", "application/json"), ("x-text", "ä")), b'{"token":\n"spote_0123"}\x00'
)


@pytest.fixture
def request_sent() -> requests.RepeatableRequest:
    return requests.RepeatableRequest(
        scope=new_id(),
        credential_id=new_id(),
        credential_secret="spote_" + "ab" * 16,
        method="POST",
        path="/api/settings/token",
        key="first try",
        body_hash=hashlib.sha256(b'{"label": "Script"}').digest(),
    )


def test_a_repeated_request_gets_the_first_answer_byte_for_byte(write, request_sent):
    assert write(requests.find_answer, request_sent) is None
    write(requests.keep_answer, request_sent, ANSWER)
    assert write(requests.find_answer, request_sent) == ANSWER


def test_an_answer_without_a_body_is_kept_too(write, request_sent):
    empty = requests.StoredAnswer(204, (), b"")
    write(requests.keep_answer, request_sent, empty)
    assert write(requests.find_answer, request_sent) == empty


def test_the_same_key_with_another_body_is_a_conflict(write, request_sent):
    write(requests.keep_answer, request_sent, ANSWER)
    other = replace(request_sent, body_hash=hashlib.sha256(b"{}").digest())
    with pytest.raises(Conflict) as refused:
        write(requests.find_answer, other)
    assert refused.value.code == "idempotency_conflict"


@pytest.mark.parametrize(
    "difference",
    [
        {"scope": "someone else"},
        {"credential_id": "another token"},
        {"method": "PUT"},
        {"path": "/api/notes"},
        {"key": "second try"},
    ],
    ids=lambda difference: next(iter(difference)),
)
def test_another_request_is_not_a_repetition(write, request_sent, difference: dict[str, str]):
    write(requests.keep_answer, request_sent, ANSWER)
    assert write(requests.find_answer, replace(request_sent, **difference)) is None


def test_another_secret_of_the_same_token_opens_nothing_and_repeats_nothing(write, request_sent):
    write(requests.keep_answer, request_sent, ANSWER)
    rotated = replace(request_sent, credential_secret="spote_" + "cd" * 16)
    with pytest.raises(Conflict):
        write(requests.find_answer, rotated)


def test_of_two_at_once_the_second_leaves_nothing_behind(write, request_sent):
    write(requests.keep_answer, request_sent, ANSWER)
    with pytest.raises(Conflict):
        write(requests.keep_answer, request_sent, requests.StoredAnswer(201, (), b"second"))
    assert write(requests.find_answer, request_sent) == ANSWER


def test_an_answer_lives_for_a_day_and_then_makes_room(write, sql, request_sent):
    write(requests.keep_answer, request_sent, ANSWER)
    sql("UPDATE answers SET created_at = created_at - :age", age=DAY - 60_000)
    assert write(requests.find_answer, request_sent) == ANSWER
    sql("UPDATE answers SET created_at = created_at - 60000")
    assert write(requests.find_answer, request_sent) is None
    later = requests.StoredAnswer(200, (), b"later")
    write(requests.keep_answer, request_sent, later)
    assert write(requests.find_answer, request_sent) == later


@pytest.mark.engine("sqlite")
def test_the_database_shows_neither_answer_nor_secret_nor_key_nor_body(
    write, sql, database, settings, request_sent
):
    write(requests.keep_answer, request_sent, ANSWER)
    database.close()
    kept = b"".join(file.read_bytes() for file in settings.data.iterdir() if file.is_file())
    assert request_sent.scope.encode() in kept
    for secret in (
        b"spote_0123",
        request_sent.credential_secret.encode(),
        request_sent.key.encode(),
        request_sent.body_hash,
        hashlib.sha256(request_sent.credential_secret.encode()).digest(),
    ):
        assert secret not in kept


def test_two_like_answers_do_not_look_alike(write, sql, request_sent):
    write(requests.keep_answer, request_sent, ANSWER)
    write(requests.keep_answer, replace(request_sent, scope=new_id()), ANSWER)
    (first, first_hash), (second, second_hash) = sql("SELECT sealed, body_hash FROM answers")
    assert first != second
    assert first_hash != second_hash


def test_forgetting_an_account_forgets_its_answers_alone(write, request_sent):
    other = replace(request_sent, scope=new_id())
    write(requests.keep_answer, request_sent, ANSWER)
    write(requests.keep_answer, other, ANSWER)
    write(requests.forget_account, request_sent.scope)
    assert write(requests.find_answer, request_sent) is None
    assert write(requests.find_answer, other) == ANSWER


def test_sweeping_removes_old_answers_in_batches_and_keeps_the_rest(write, sql, request_sent):
    old = [{"key": b"%d" % n, "hash": b"\0"} for n in range(1001)]
    write(
        lambda db: db.send_each(
            "INSERT INTO answers (scope, request_key, body_hash, sealed, created_at)"
            " VALUES ('old', :key, :hash, :hash, 1)",
            old,
        )
    )
    write(requests.keep_answer, request_sent, ANSWER)
    assert [write(requests.sweep) for _ in range(3)] == [1000, 1, 0]
    assert write(requests.find_answer, request_sent) == ANSWER


@pytest.mark.parametrize("key", ["", "k" * 256, "new\nline", "tab\t", "nul\x00", "ü"])
def test_a_key_that_cannot_be_one_is_refused(request_sent, key: str):
    with pytest.raises(InvalidInput) as refused:
        replace(request_sent, key=key)
    assert refused.value.fields[0].field == "Idempotency-Key"


@pytest.mark.parametrize("key", ["k", "k" * 255, '"5f1e-9 ~!"'])
def test_other_keys_are_taken(request_sent, key: str):
    assert replace(request_sent, key=key).key == key


def test_no_secret_shows_when_a_request_is_printed(request_sent):
    shown = repr(request_sent) + repr(ANSWER)
    secrets: list[Any] = [request_sent.credential_secret, request_sent.key, "spote_0123"]
    assert not any(secret in shown for secret in secrets)
