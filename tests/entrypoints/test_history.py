"""`/api/notes/:id/history`: each change, its difference, and the way back."""

import httpx

from tests.entrypoints.calls import new_note, ok, refused
from tests.servers import Server, new_token

REVISION_FIELDS = {
    "version",
    "change",
    "created_at",
    "updated_by",
    "title",
    "bucket",
    "tags",
    "size_bytes",
}


def written(person: httpx.Client) -> str:
    """The history's path of a note with three versions."""
    note = new_note(person, "One", "a\nb\n")
    path = f"/api/notes/{note['_id']}"
    ok(person.put(path, json={"text": "a\nB\n"}))
    ok(person.put(path, json={"title": "Three", "text": "ü", "bucket": "Work", "tags": ["t"]}))
    return f"{path}/history"


def test_each_change_is_listed_newest_first(person: httpx.Client) -> None:
    answer = person.get(written(person))
    three, two, one = ok(answer)
    assert answer.headers["x-total-count"] == "3"
    assert set(three) == set(two) == set(one) == REVISION_FIELDS
    assert (three["version"], three["title"], three["bucket"], three["tags"]) == (
        3,
        "Three",
        "Work",
        ["t"],
    )
    assert (three["size_bytes"], one["size_bytes"]) == (2, 4)
    assert (one["version"], one["title"], one["change"]) == (1, "One", "created")
    assert two["change"] == "updated"
    assert two["updated_by"]["via"] == "web"
    assert two["created_at"] >= one["created_at"]


def test_the_list_has_pages(person: httpx.Client) -> None:
    path = written(person)
    page = person.get(path, params={"limit": 2})
    assert [one["version"] for one in ok(page)] == [3, 2]
    following = page.headers["link"].partition(">")[0][1:]
    assert [one["version"] for one in ok(person.get(following))] == [1]
    for wrong in ({"limit": 0}, {"limit": 201}, {"offset": -1}, {"diff": "perhaps"}):
        refused(person.get(path, params=wrong), 400, "invalid_input")


def test_a_version_is_shown_whole(person: httpx.Client) -> None:
    path = written(person)
    for version, text in ((1, "a\nb\n"), (2, "a\nB\n"), (3, "ü")):
        shown = ok(person.get(f"{path}/{version}"))
        assert (shown["version"], shown["text"]) == (version, text)
        assert set(shown) == REVISION_FIELDS | {"text"}
    for absent in ("4", "99999999"):
        refused(person.get(f"{path}/{absent}"), 404, "not_found")
    for wrong in ("0", "-1", "x", "1.5", str(2**70)):
        refused(person.get(f"{path}/{wrong}"), 400, "invalid_input")


def test_differences_come_on_request(person: httpx.Client) -> None:
    path = written(person)
    diffs = [one["diff"] for one in ok(person.get(path, params={"diff": "true"}))]
    assert "-a\n-B\n+ü\n" in diffs[0]
    assert "-b\n+B\n" in diffs[1]
    assert "+a\n+b\n" in diffs[2]
    one = ok(person.get(f"{path}/2", params={"diff": "true"}))
    assert one["diff"] == diffs[1]
    assert one["diff"].startswith("--- version 1\n+++ version 2\n@@ ")


def test_a_change_of_the_title_alone_has_an_empty_difference(person: httpx.Client) -> None:
    path = f"/api/notes/{new_note(person, 'x', 'y')['_id']}"
    ok(person.put(path, json={"title": "z"}))
    assert ok(person.get(f"{path}/history/2", params={"diff": "true"}))["diff"] == ""


def test_restoring_makes_a_new_version(person: httpx.Client) -> None:
    path = written(person)
    answer = person.post(f"{path}/1/restore")
    note = ok(answer)
    assert (note["version"], note["title"], note["text"]) == (4, "One", "a\nb\n")
    assert (note["bucket"], note["tags"]) == ("Inbox", [])
    assert answer.headers["etag"] == '"4"'
    changes = [one["change"] for one in ok(person.get(path))]
    assert changes == ["restored", "updated", "updated", "created"]
    assert ok(person.get(f"{path}/3"))["text"] == "ü"
    refused(person.post(f"{path}/9/restore"), 404, "not_found")
    assert ok(person.post(f"{path}/4/restore"))["version"] == 4


def test_history_names_the_token_also_when_it_is_gone(server: Server, person: httpx.Client) -> None:
    path = f"/api/notes/{new_note(person)['_id']}"
    made = ok(person.post("/api/settings/token", json={"label": "Robot"}), 201)
    with server.client(made["token"]) as agent:
        ok(agent.put(path, json={"text": "by the robot"}))
    ok(person.delete(f"/api/settings/token/{made['_id']}"), 204)
    by = ok(person.get(f"{path}/history"))[0]["updated_by"]
    assert (by["token_label"], by["via"], by["user"]["name"]) == ("Robot", "api", "Ada")
    assert ok(person.get(path))["updated_by"] == by


def test_history_of_others_is_out_of_reach(person: httpx.Client, stranger: httpx.Client) -> None:
    path = written(stranger)
    refused(person.get(path), 404, "not_found")
    refused(person.get(f"{path}/1"), 404, "not_found")
    refused(person.post(f"{path}/1/restore"), 404, "not_found")


def test_reading_history_needs_read_and_restoring_needs_edit(
    server: Server, person: httpx.Client
) -> None:
    path = written(person)
    with server.client(new_token(person, preset="add")) as agent:
        assert len(ok(agent.get(path))) == 3
        refused(agent.post(f"{path}/1/restore"), 403, "insufficient_scope")
    with server.client(new_token(person, access={"verbs": ["edit"]})) as agent:
        refused(agent.get(path), 403, "insufficient_scope")
        assert "text" not in ok(agent.post(f"{path}/1/restore"))
