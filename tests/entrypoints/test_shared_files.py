"""Pictures in shared notes: whole for the guest, and gone with the share."""

from tests.entrypoints.calls import new_note, ok, refused
from tests.files import png, upload
from tests.mails import share


def test_a_guest_sees_the_pictures_of_a_shared_note_until_the_share_ends(server, person, stranger):
    shown, hidden = upload(person, png(1)), upload(person, png(2))
    note = new_note(person, text=f"![]({shown['url']})")
    new_note(person, text=f"![]({hidden['url']})")
    refused(stranger.get(shown["url"]), 403, "not_allowed")
    made = share(server, person, note["_id"], stranger)
    assert stranger.get(shown["url"]).content == png(1)
    assert ok(stranger.get(f"/api/notes/{note['_id']}"))["attachments"] == [shown]
    refused(stranger.get(hidden["url"]), 403, "not_allowed")
    assert person.delete(f"/api/notes/{note['_id']}/shares/{made['_id']}").status_code == 204
    refused(stranger.get(shown["url"]), 403, "not_allowed")


def test_a_guest_who_may_edit_brings_a_picture_that_the_owner_sees(server, person, stranger):
    note = new_note(person)
    share(server, person, note["_id"], stranger, "write")
    brought = upload(stranger, png(3))
    refused(person.get(brought["url"]), 403, "not_allowed")
    text = f"![]({brought['url']})"
    ok(stranger.put(f"/api/notes/{note['_id']}", json={"text": text}))
    assert person.get(brought["url"]).content == png(3)


def test_a_guest_gains_no_file_of_the_owner_by_writing_its_address(server, person, stranger):
    """Into a note that the guest may edit."""
    hidden = upload(person, png(4))
    note = new_note(person)
    share(server, person, note["_id"], stranger, "write")
    changed = ok(stranger.put(f"/api/notes/{note['_id']}", json={"text": hidden["url"]}))
    assert changed["attachments"] == []
    refused(stranger.get(hidden["url"]), 403, "not_allowed")


def test_a_guests_token_sees_pictures_within_its_places_alone(server, person, stranger):
    shown = upload(person, png(5))
    note = new_note(person, text=shown["url"], bucket="Work")
    share(server, person, note["_id"], stranger)
    for bucket, status in (("Work", 200), ("Home", 403)):
        wish = {"label": bucket, "access": {"verbs": ["read"], "buckets": [bucket]}}
        token = ok(stranger.post("/api/settings/token", json=wish), 201)["token"]
        with server.client(token) as agent:
            assert agent.get(shown["url"]).status_code == status
