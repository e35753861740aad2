"""Messages wait for the process that holds their stream: in order, once, for one credential's stream alone."""

from dataclasses import replace

import pytest

from spote.domain import streams
from spote.errors import LimitReached, NotFound
from tests.domain.conftest import agent_of


def test_messages_are_taken_in_order_and_once(write, agent):
    write(streams.open_stream, agent, "s")
    for number in range(5):
        write(streams.send_message, agent, "s", f'"{number}"')
    taken = write(streams.take_messages, agent.account_id, "s")
    assert taken == [f'"{number}"' for number in range(5)]
    assert write(streams.take_messages, agent.account_id, "s") == []


def test_another_credentials_stream_is_as_absent_as_none(write, agent, make_account):
    write(streams.open_stream, agent, "s")
    stranger = agent_of(make_account("bob@example.org"))
    for who in (stranger, replace(agent, credential_id="another")):
        with pytest.raises(NotFound):
            write(streams.send_message, who, "s", "{}")
    with pytest.raises(NotFound):
        write(streams.send_message, agent, "none", "{}")


def test_a_stream_that_closes_takes_its_messages_along(write, sql, agent):
    write(streams.open_stream, agent, "s")
    write(streams.send_message, agent, "s", "{}")
    write(streams.close_stream, agent.account_id, "s")
    assert sql("SELECT * FROM agent_messages") == []
    with pytest.raises(NotFound):
        write(streams.send_message, agent, "s", "{}")


def test_no_more_wait_than_may(write, agent):
    write(streams.open_stream, agent, "s")
    for _ in range(100):
        write(streams.send_message, agent, "s", "{}")
    with pytest.raises(LimitReached):
        write(streams.send_message, agent, "s", "{}")


def test_streams_of_dead_processes_are_swept(write, sql, agent):
    for name in ("old", "new"):
        write(streams.open_stream, agent, name)
    sql("UPDATE agent_streams SET created_at = 1 WHERE id = 'old' RETURNING 1")
    assert [write(streams.sweep_streams) for _ in range(2)] == [1, 0]
    assert sql("SELECT id FROM agent_streams") == [("new",)]
