"""What a guest finds, may do and may not do with a note of somebody else, over HTTP."""

import httpx
import pytest

from tests.entrypoints.calls import new_note, ok, refused, titles
from tests.mails import share
from tests.servers import new_token


def address(client: httpx.Client) -> str:
    return str(client.get("/api/me").json()["email"])


@pytest.fixture
def guest(stranger: httpx.Client) -> httpx.Client:
    return stranger


def test_a_guest_finds_the_note_everywhere_with_owner_and_level(server, person, guest):
    note = new_note(person, "Quarterly plan", "the zebra budget #money", bucket="Work")
    share(server, person, note["_id"], guest, "read")
    seen = ok(guest.get(f"/api/notes/{note['_id']}"))
    assert seen["access"] == "read"
    assert seen["owner"]["email"] == address(person)
    assert seen["owner"]["name"] == "Ada"
    assert "owner" not in ok(person.get(f"/api/notes/{note['_id']}"))
    new_note(guest, "My own")
    assert titles(guest.get("/api/notes")) == ["My own"]
    assert titles(guest.get("/api/notes?shared=only")) == ["Quarterly plan"]
    both = guest.get("/api/notes?shared=include&fields=summary")
    assert titles(both) == ["My own", "Quarterly plan"]
    assert both.headers["x-total-count"] == "2"
    assert titles(guest.get("/api/notes?shared=include&buckets=Work")) == ["Quarterly plan"]
    assert titles(guest.get("/api/notes?shared=include&tags=money&tags=no")) == ["Quarterly plan"]
    assert ok(guest.get("/api/notes/shared?limit=1"))[0]["_id"] == note["_id"]
    for mode in ("keyword", "hybrid"):
        found = ok(guest.get("/api/notes/search", params={"q": "zebra budget", "mode": mode}))
        assert found[0]["_id"] == note["_id"]
        assert (found[0]["access"], found[0]["owner"]["name"]) == ("read", "Ada")
    assert {"name": "Work", "count": 1} in ok(guest.get("/api/buckets"))
    assert {"name": "money", "count": 1} in ok(guest.get("/api/tags"))
    assert {"name": "Inbox", "count": 1} in ok(guest.get("/api/buckets"))


def test_pages_of_own_and_shared_notes_together_miss_none(server, person, guest):
    for number in range(5):
        note = new_note(person, f"shared {number}")
        share(server, person, note["_id"], guest)
        new_note(guest, f"own {number}")
    pages = [
        titles(guest.get(f"/api/notes?shared=include&limit=3&offset={n}")) for n in (0, 3, 6, 9)
    ]
    expected = [f"{kind} {n}" for n in range(4, -1, -1) for kind in ("own", "shared")]
    assert [title for page in pages for title in page] == expected
    updated = guest.get("/api/notes?shared=include&sort=updated_at&limit=200")
    assert sorted(titles(updated)) == sorted(expected)


def test_who_may_read_may_not_change_delete_or_share(server, person, guest):
    note = new_note(person, "Plan", "text", bucket="Work")
    share(server, person, note["_id"], guest, "read")
    path = f"/api/notes/{note['_id']}"
    for answer in (
        guest.put(path, json={"text": "mine"}),
        guest.patch(path, json={"op": "append", "text": "more"}),
        guest.post(f"{path}/history/1/restore", json={}),
        guest.post(f"{path}/relations", json={"target_id": new_note(guest)["_id"]}),
    ):
        refused(answer, 403, "shared_read_only")
    for answer in (
        guest.delete(path),
        guest.delete(f"{path}?permanent=true"),
        guest.get(f"{path}/shares"),
        guest.post(f"{path}/shares", json={"email": "x@example.org", "permission": "read"}),
        guest.patch(f"{path}/shares/x", json={"permission": "write"}),
        guest.delete(f"{path}/shares/x"),
    ):
        refused(answer, 403, "owner_only")
    assert ok(person.get(path))["version"] == 1


def test_who_may_edit_writes_revisions_in_their_own_name(server, person, guest):
    note = new_note(person, "Plan", "text", bucket="Work")
    share(server, person, note["_id"], guest, "write")
    path = f"/api/notes/{note['_id']}"
    changed = ok(guest.put(path, json={"text": "text of the guest", "version": 1}))
    assert (changed["access"], changed["version"]) == ("write", 2)
    seen = ok(person.get(path))
    assert seen["text"] == "text of the guest"
    assert seen["updated_by"]["user"]["email"] == address(guest)
    with server.client(new_token(guest, "Guest's script")) as agent:
        ok(agent.patch(path, json={"op": "append", "text": " and agent"}))
    first = ok(person.get(f"{path}/history"))[0]
    assert first["updated_by"]["token_label"] == "Guest's script"
    assert first["updated_by"]["user"]["email"] == address(guest)
    assert [one["_id"] for one in ok(person.get("/api/notes/search?q=agent"))] == [note["_id"]]
    conflict = refused(guest.put(path, json={"text": "x", "version": 2}), 409, "version_conflict")
    assert conflict["base"]["text"] == "text of the guest"
    assert conflict["current"]["access"] == "write"
    refused(guest.delete(path), 403, "owner_only")


def test_the_history_is_open_from_the_invitation_on(server, person, guest):
    note = new_note(person, "Plan", "a secret that was taken out")
    path = f"/api/notes/{note['_id']}"
    ok(person.put(path, json={"text": "fit for others"}))
    share(server, person, note["_id"], guest, "write")
    ok(guest.put(path, json={"text": "changed"}))
    listed = guest.get(f"{path}/history?diff=true")
    assert [one["version"] for one in ok(listed)] == [3, 2]
    assert listed.headers["x-total-count"] == "2"
    assert "secret" not in listed.text
    assert ok(guest.get(f"{path}/history/2"))["text"] == "fit for others"
    refused(guest.get(f"{path}/history/1"), 404, "not_found")
    refused(guest.post(f"{path}/history/1/restore", json={}), 404, "not_found")
    ok(guest.post(f"{path}/history/2/restore", json={}))
    assert len(ok(person.get(f"{path}/history"))) == 4


def test_a_guests_token_reaches_shared_notes_by_the_owners_bucket_and_tags(server, person, guest):
    work = new_note(person, "At work", "heron #blue", bucket="Work")
    home = new_note(person, "At home", "heron #red", bucket="Home")
    for note in (work, home):
        share(server, person, note["_id"], guest, "write")

    def seen(**access: object) -> list[str]:
        with server.client(new_token(guest, "x", access=access)) as script:
            listed = sorted(titles(script.get("/api/notes?shared=include")))
            assert sorted(titles(script.get("/api/notes/shared"))) == listed
            assert sorted(titles(script.get("/api/notes/search?q=heron"))) == listed
            buckets = [one["name"] for one in ok(script.get("/api/buckets"))]
            assert len(buckets) == len(listed)
            for note in (work, home):
                status = 200 if note["title"] in listed else 404
                assert script.get(f"/api/notes/{note['_id']}").status_code == status
            return listed

    assert seen(verbs=["read"]) == ["At home", "At work"]
    assert seen(verbs=["read"], buckets=["Work"]) == ["At work"]
    assert seen(verbs=["read"], except_buckets=["Work"]) == ["At home"]
    assert seen(verbs=["read"], tags=["red"]) == ["At home"]
    assert seen(verbs=["read"], own_notes_only=True) == []
    with server.client(
        new_token(guest, "y", access={"verbs": ["edit"], "buckets": ["Work"]})
    ) as it:
        answer = it.put(f"/api/notes/{work['_id']}", json={"bucket": "Home"})
        refused(answer, 403, "insufficient_scope")


def test_renaming_a_bucket_or_tag_leaves_notes_of_others_alone(server, person, guest):
    note = new_note(person, "Theirs", "#common", bucket="Common")
    share(server, person, note["_id"], guest, "write")
    refused(guest.patch("/api/buckets/Common", json={"name": "Mine"}), 404, "not_found")
    mine = new_note(guest, "Mine", "#common", bucket="Common")
    assert ok(guest.patch("/api/buckets/Common", json={"name": "New"})) == {
        "name": "New",
        "count": 1,
    }
    assert ok(guest.patch("/api/tags/common", json={"name": "new"}))["count"] == 1
    assert ok(guest.get(f"/api/notes/{mine['_id']}"))["bucket"] == "New"
    theirs = ok(guest.get(f"/api/notes/{note['_id']}"))
    assert (theirs["bucket"], theirs["tags"]) == ("Common", ["common"])


def test_relations_and_links_lead_only_where_the_guest_may_look(server, person, guest):
    one, two, secret = (new_note(person, title) for title in ("One", "Two", "Secret"))
    ok(person.post(f"/api/notes/{one['_id']}/relations", json={"target_id": secret["_id"]}), 201)
    ok(person.put(f"/api/notes/{one['_id']}", json={"text": "[[Secret]] and [[Two]]"}))
    share(server, person, one["_id"], guest, "write")
    share(server, person, two["_id"], guest, "write")
    related = ok(guest.get(f"/api/notes/{one['_id']}/relations"))
    assert related["relations"] == []
    assert [(link["target"], bool(link["note"])) for link in related["links"]] == [
        ("Secret", False),
        ("Two", True),
    ]
    made = guest.post(f"/api/notes/{one['_id']}/relations", json={"target_id": two["_id"]})
    ok(made, 201)
    mine = new_note(guest, "Mine", f"see /app/note/{one['_id']} and [[Two]]")
    refused(
        guest.post(f"/api/notes/{mine['_id']}/relations", json={"target_id": one["_id"]}),
        409,
        "other_owner",
    )
    links = ok(guest.get(f"/api/notes/{mine['_id']}/relations"))["links"]
    assert {link["note"]["title"] for link in links} == {"One", "Two"}
    backlinks = ok(guest.get(f"/api/notes/{one['_id']}/relations"))["backlinks"]
    assert [note["title"] for note in backlinks] == ["Mine"]
    assert ok(person.get(f"/api/notes/{one['_id']}/relations"))["backlinks"] == []
    theirs = ok(person.get(f"/api/notes/{two['_id']}/relations"))
    assert [one["note"]["title"] for one in theirs["relations"]] == ["One"]


def test_the_trash_is_the_owners_and_brings_the_guest_back(server, person, guest):
    note = new_note(person, "Plan", "tapir")
    share(server, person, note["_id"], guest, "write")
    ok(person.delete(f"/api/notes/{note['_id']}"), 204)
    refused(guest.get(f"/api/notes/{note['_id']}"), 404, "not_found")
    assert ok(guest.get("/api/trash")) == []
    refused(guest.post(f"/api/trash/{note['_id']}/restore", json={}), 404, "not_found")
    ok(person.post(f"/api/trash/{note['_id']}/restore", json={}))
    assert titles(guest.get("/api/notes/shared")) == ["Plan"]
    assert titles(guest.get("/api/notes/search?q=tapir")) == ["Plan"]
    ok(person.delete(f"/api/notes/{note['_id']}?permanent=true"), 204)
    assert ok(guest.get("/api/notes/shared")) == []


def test_an_export_holds_no_notes_of_others(server, person, guest):
    note = new_note(person, "Theirs")
    share(server, person, note["_id"], guest)
    new_note(guest, "Own")
    exported = guest.get("/api/me/export").content
    assert b"Own.md" in exported
    assert b"Theirs" not in exported
