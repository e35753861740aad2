"""`/api/trash`: what is deleted waits there, comes back, or goes for good."""

from contextlib import closing
from datetime import timedelta

import httpx
import pytest

from tests.entrypoints.calls import new_note, ok, refused, sql, time_of, titles
from tests.servers import Server, new_token, running
from tests.waiting import until

DAY = 86_400_000  # ms


def trash(person: httpx.Client, title: str, text: str = "", **more: object) -> str:
    note_id = str(new_note(person, title, text, **more)["_id"])
    ok(person.delete(f"/api/notes/{note_id}"), 204)
    return note_id


def test_the_trash_lists_what_was_deleted_last_first(person: httpx.Client) -> None:
    trash(person, "One", "some text")
    trash(person, "Two", bucket="Work", tags=["a"])
    answer = person.get("/api/trash")
    assert titles(answer) == ["Two", "One"]
    assert answer.headers["x-total-count"] == "2"
    two, one = ok(answer)
    assert (two["bucket"], two["tags"], one["excerpt"]) == ("Work", ["a"], "some text")
    assert "text" not in one
    assert time_of(one["expires_at"]) - time_of(one["trashed_at"]) == timedelta(days=30)
    page = person.get("/api/trash", params={"limit": 1})
    assert (titles(page), page.headers["x-total-count"]) == (["Two"], "2")
    assert titles(person.get(page.headers["link"].partition(">")[0][1:])) == ["One"]


def test_a_note_comes_back_as_it_was(person: httpx.Client) -> None:
    note = new_note(person, "Back", "needle #a", bucket="Work")
    path = f"/api/notes/{note['_id']}"
    ok(person.delete(path), 204)
    answer = person.post(f"/api/trash/{note['_id']}/restore")
    back = ok(answer)
    assert {**back, "version": 1} == note
    assert answer.headers["etag"] == f'"{back["version"]}"'
    assert ok(person.get(path)) == back
    assert titles(person.get("/api/notes", params={"tags": "a"})) == ["Back"]
    assert titles(person.get("/api/notes/search", params={"q": "needle", "mode": "keyword"}))
    assert ok(person.get("/api/buckets")) == [{"name": "Work", "count": 1}]
    assert ok(person.get("/api/tags")) == [{"name": "a", "count": 1}]
    assert ok(person.get("/api/trash")) == []
    refused(person.post(f"/api/trash/{note['_id']}/restore"), 404, "not_found")


def test_the_history_tells_of_trash_and_return(person: httpx.Client) -> None:
    note_id = trash(person, "x", "kept")
    ok(person.post(f"/api/trash/{note_id}/restore"))
    history = ok(person.get(f"/api/notes/{note_id}/history"))
    assert [one["change"] for one in history] == ["untrashed", "trashed", "created"]
    assert ok(person.get(f"/api/notes/{note_id}/history/2"))["text"] == "kept"


def test_one_note_is_removed_for_good(person: httpx.Client) -> None:
    gone, stays = trash(person, "Gone"), trash(person, "Stays")
    live = new_note(person, "Live")["_id"]
    ok(person.delete(f"/api/trash/{gone}"), 204)
    assert titles(person.get("/api/trash")) == ["Stays"]
    refused(person.delete(f"/api/trash/{gone}"), 404, "not_found")
    refused(person.post(f"/api/trash/{gone}/restore"), 404, "not_found")
    refused(person.delete(f"/api/trash/{live}"), 404, "not_found")
    refused(person.post(f"/api/trash/{live}/restore"), 404, "not_found")
    ok(person.post(f"/api/trash/{stays}/restore"))


def test_the_trash_is_emptied_and_nothing_else(person: httpx.Client) -> None:
    trash(person, "One")
    trash(person, "Two")
    new_note(person, "Live")
    ok(person.delete("/api/trash"), 204)
    assert ok(person.get("/api/trash")) == []
    assert titles(person.get("/api/notes")) == ["Live"]
    ok(person.delete("/api/trash"), 204)


def test_the_trash_of_others_is_out_of_reach(person: httpx.Client, stranger: httpx.Client) -> None:
    note_id = trash(stranger, "Theirs")
    assert ok(person.get("/api/trash")) == []
    refused(person.post(f"/api/trash/{note_id}/restore"), 404, "not_found")
    refused(person.delete(f"/api/trash/{note_id}"), 404, "not_found")
    ok(person.delete("/api/trash"), 204)
    assert titles(stranger.get("/api/trash")) == ["Theirs"]


def test_tokens_move_to_the_trash_and_back_but_never_empty_it(
    server: Server, person: httpx.Client
) -> None:
    note_id = str(new_note(person, "x")["_id"])
    with server.client(new_token(person, preset="write")) as agent:
        ok(agent.delete(f"/api/notes/{note_id}"), 204)
        refused(agent.delete("/api/trash"), 403, "owner_only")
        refused(agent.delete(f"/api/trash/{note_id}"), 403, "owner_only")
        assert titles(agent.get("/api/trash")) == ["x"]
        ok(agent.post(f"/api/trash/{note_id}/restore"))
    with server.client(new_token(person, preset="add")) as agent:
        refused(agent.delete(f"/api/notes/{note_id}"), 403, "insufficient_scope")
        refused(agent.post(f"/api/trash/{note_id}/restore"), 403, "insufficient_scope")


def test_what_waited_long_enough_goes_by_itself(
    tmp_path_factory: pytest.TempPathFactory, new_database_url: str
) -> None:
    data = tmp_path_factory.mktemp("trash") / "data"
    with running(data, database_url=new_database_url, trash_days=7) as server:
        with closing(server.sign_up()) as person:
            old, recent = trash(person, "Old", "oldword"), trash(person, "Recent")
        for note_id, days in ((old, 8), (recent, 6)):
            sql(
                server,
                "UPDATE notes SET trashed_at = trashed_at - :age WHERE id = :id",
                age=days * DAY,
                id=note_id,
            )
        server.stop()
        server.restart()
        until(lambda: sql(server, "SELECT id FROM notes") == [(recent,)])
        assert sql(server, "SELECT count(*) FROM revisions WHERE note_id = :id", id=old) == [(0,)]
