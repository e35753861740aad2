"""Messages wait for the process that holds their stream: in order, once, for one credential's stream alone."""

from dataclasses import replace

import pytest

from spote.domain import streams
from spote.errors import LimitReached, NotFound


def test_messages_are_taken_in_order_and_once(write, person):
    write(streams.open_stream, person, "s")
    for number in range(5):
        write(streams.send_message, person, "s", f'"{number}"')
    taken = write(streams.take_messages, person.account_id, "s")
    assert taken == [f'"{number}"' for number in range(5)]
    assert write(streams.take_messages, person.account_id, "s") == []


def test_another_credentials_stream_is_as_absent_as_none(write, person, make_account, sign_in):
    write(streams.open_stream, person, "s")
    stranger = sign_in(make_account("bob@example.org"))
    for who in (stranger, replace(person, credential_id="another")):
        with pytest.raises(NotFound):
            write(streams.send_message, who, "s", "{}")
    with pytest.raises(NotFound):
        write(streams.send_message, person, "none", "{}")


def test_a_stream_that_closes_takes_its_messages_along(write, sql, person):
    write(streams.open_stream, person, "s")
    write(streams.send_message, person, "s", "{}")
    write(streams.close_stream, person.account_id, "s")
    assert sql("SELECT * FROM agent_messages") == []
    with pytest.raises(NotFound):
        write(streams.send_message, person, "s", "{}")


def test_no_more_wait_than_may(write, person):
    write(streams.open_stream, person, "s")
    for _ in range(100):
        write(streams.send_message, person, "s", "{}")
    with pytest.raises(LimitReached):
        write(streams.send_message, person, "s", "{}")


def test_streams_of_dead_processes_are_swept(write, sql, person):
    for name in ("old", "new"):
        write(streams.open_stream, person, name)
    sql("UPDATE agent_streams SET created_at = 1 WHERE id = 'old' RETURNING 1")
    assert [write(streams.sweep_streams) for _ in range(2)] == [1, 0]
    assert sql("SELECT id FROM agent_streams") == [("new",)]
