"""Files in notes: what a note says of them on every way of saving, and whom that lets read them."""

import io
import json
from uuid import uuid4
from zipfile import ZipFile

import pytest

from tests.entrypoints.calls import new_note, ok, refused, sql
from tests.files import PNG, png, upload


def attached(note) -> list[str]:
    return [one["url"] for one in note["attachments"]]


def picture(file) -> str:
    return f"![]({file['url']})"


def test_attachments_follow_the_text_on_every_way_of_saving(server, person):
    one, other = upload(person, png(1), "one.png"), upload(person, png(2), "two.png")
    note = new_note(person, "Note", f"{picture(other)} {picture(one)} {picture(one)}")
    path = f"/api/notes/{note['_id']}"
    assert note["attachments"] == [other, one]
    assert ok(person.get(path))["attachments"] == [other, one]
    assert ok(person.put(path, json={"text": picture(one)}))["attachments"] == [one]
    added = ok(person.patch(path, json={"op": "append", "text": f"<img src='{other['url']}'>"}))
    assert added["attachments"] == [one, other]
    taken = {"op": "replace", "find": picture(one), "text": ""}
    assert ok(person.patch(path, json=taken))["attachments"] == [other]
    restored = ok(person.post(f"{path}/history/1/restore"))
    assert restored["attachments"] == [other, one]
    assert ok(person.put(path, json={"title": "Renamed"}))["attachments"] == [other, one]
    ok(person.put(path, json={"text": f"{restored['text']} #old"}))
    ok(person.patch("/api/tags/old", json={"name": "new"}))
    ok(person.patch("/api/buckets/Inbox", json={"name": "Box"}))
    [listed] = ok(person.get("/api/notes", params={"fields": "summary"}))
    assert (listed["attachments"], listed["tags"], listed["bucket"]) == (
        [other, one],
        ["new"],
        "Box",
    )
    ok(person.delete(path), 204)
    [trashed] = ok(person.get("/api/trash"))
    assert trashed["attachments"] == [other, one]
    assert ok(person.post(f"/api/trash/{note['_id']}/restore"))["attachments"] == [other, one]
    assert ok(person.put(path, json={"text": "none"}))["attachments"] == []
    assert ok(person.get(path))["attachments"] == []


def test_what_counts_as_an_address(server, person):
    file = upload(person)
    url = file["url"]
    for text in (
        url,
        f"https://notes.example.org{url}",
        f"[{url}]({url}#page=2)",
        f"`{url}`",
        f"x{url}?a=b",
        f"{url}.",
        f"{url})",
    ):
        assert attached(new_note(person, "Note", text)) == [url], text
    for text in (url[:-4], url[:-3] + "gif", f"{url}x", url.replace("/api/", "/API/"), url[5:]):
        assert attached(new_note(person, "Note", text)) == [], text
    owner = url.split("/")[3]
    assert attached(new_note(person, "Note", f"/api/files/{owner}/{uuid4()}.png")) == []


def test_a_conflict_shows_the_files_of_both_texts(person):
    one, other = upload(person, png(1)), upload(person, png(2))
    note = new_note(person, "Note", picture(one))
    path = f"/api/notes/{note['_id']}"
    ok(person.put(path, json={"text": picture(other)}))
    told = refused(person.put(path, json={"text": "x", "version": 1}), 409, "version_conflict")
    assert attached(told["current"]) == [other["url"]]
    assert attached(told["base"]) == [one["url"]]


def test_many_files_in_one_text(person):
    file = upload(person)
    owner = file["url"].split("/")[3]
    others = "\n".join(f"/api/files/{owner}/{uuid4()}.png" for _ in range(2_000))
    assert attached(new_note(person, "Note", f"{others}\n{file['url']}")) == [file["url"]]


def test_nobody_comes_to_read_a_file_by_writing_its_address(server, person, stranger):
    file = upload(person)
    note = new_note(stranger, "Mine now", picture(file))
    assert note["attachments"] == []
    refused(stranger.get(file["url"]), 403, "not_allowed")
    assert sql(server, "SELECT 1 FROM note_files WHERE note_id = :note", note=note["_id"]) == []


@pytest.fixture
def work_token(agent):
    return agent("Work", access={"verbs": ["read", "create", "edit"], "buckets": ["Work"]})


def test_a_token_reads_files_of_notes_in_its_places_alone(person, work_token):
    inside, outside = upload(person, png(1)), upload(person, png(2))
    note = new_note(person, "Plan", picture(inside), bucket="Work/2026")
    new_note(person, "Diary", picture(outside), bucket="Private")
    assert work_token.get(inside["url"]).status_code == 200
    refused(work_token.get(outside["url"]), 404, "not_found")
    ok(person.put(f"/api/notes/{note['_id']}", json={"bucket": "Private"}))
    refused(work_token.get(inside["url"]), 404, "not_found")
    assert person.get(inside["url"]).status_code == 200


def test_what_an_earlier_text_or_the_trash_refers_to_is_not_read_through_it(person, work_token):
    file = upload(person)
    note = new_note(person, "Plan", picture(file), bucket="Work")
    path = f"/api/notes/{note['_id']}"
    ok(person.put(path, json={"text": "without"}))
    refused(work_token.get(file["url"]), 404, "not_found")
    ok(person.post(f"{path}/history/1/restore"))
    assert work_token.get(file["url"]).status_code == 200
    ok(person.delete(path), 204)
    refused(work_token.get(file["url"]), 404, "not_found")


def test_a_token_gains_nothing_by_writing_an_address_into_its_places(person, work_token):
    secret = upload(person)
    new_note(person, "Diary", picture(secret), bucket="Private")
    note = new_note(work_token, "Bait", picture(secret), bucket="Work")
    assert note["attachments"] == []
    refused(work_token.get(secret["url"]), 404, "not_found")
    path = f"/api/notes/{note['_id']}"
    ok(person.put(path, json={"text": f"{note['text']} and more"}))
    refused(work_token.get(secret["url"]), 404, "not_found")
    for text in ("", picture(secret)):  # taken out and written again, by somebody who may
        ok(person.put(path, json={"text": text}))
    assert work_token.get(secret["url"]).status_code == 200


def test_a_token_reads_what_it_uploaded_itself(person, work_token, agent):
    mine = upload(work_token)
    assert work_token.get(mine["url"]).status_code == 200
    assert person.get(mine["url"]).status_code == 200
    other = agent("Other", access={"verbs": ["read"], "buckets": ["Work"]})
    refused(other.get(mine["url"]), 404, "not_found")
    new_note(work_token, "Plan", picture(mine), bucket="Work")
    assert other.get(mine["url"]).status_code == 200


def test_deleting_an_account_ends_its_files_and_what_others_said_of_them(server, person):
    with server.client() as nobody:
        file = upload(person)
        new_note(person, "Note", picture(file))
        me = ok(person.get("/api/me"))["_id"]
        ok(person.request("DELETE", "/api/me", json={"password": "correct horse battery"}), 204)
        assert nobody.get(file["url"]).status_code == 401
    assert sql(server, "SELECT count(*) FROM files WHERE account_id = :me", me=me) == [(0,)]
    assert sql(server, "SELECT due_at FROM stray_blobs WHERE account_id = :me", me=me) == [(0,)]


def test_an_export_has_the_files_that_the_caller_may_read(person, work_token):
    inside, outside = upload(person, png(1), "in.png"), upload(person, png(2), "out.png")
    new_note(person, "Plan", picture(inside), bucket="Work")
    whole = ZipFile(io.BytesIO(person.get("/api/me/export").content))
    names = {one["url"].split("/")[-1] for one in (inside, outside)}
    assert {name.removeprefix(".spote/files/") for name in files_in(whole)} == names
    about = json.loads(whole.read(".spote/files.json"))
    assert {one["filename"] for one in about} == {"in.png", "out.png"}
    part = ZipFile(io.BytesIO(work_token.get("/api/me/export").content))
    [name] = files_in(part)
    assert part.read(name) == png(1)
    assert PNG not in [part.read(name) for name in part.namelist()]


def files_in(archive: ZipFile) -> list[str]:
    return [name for name in archive.namelist() if name.startswith(".spote/files/")]
