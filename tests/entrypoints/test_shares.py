"""Sharing a note over HTTP: every call and status, from the owner's side and the guest's."""

import stat
from collections import Counter
from contextlib import closing

import httpx
import pytest

from tests.entrypoints.calls import new_note, ok, refused, sql, time_of, titles
from tests.mails import invite, outbox, share, sign_up_invited, token_in
from tests.properties.soak import rounds
from tests.servers import running
from tests.waiting import QUARTER, within_a_window

MANY = rounds(12, 10_000)  # invitations of one account
FIELDS = {
    "_id",
    "note_id",
    "invited_email",
    "permission",
    "created_at",
    "accepted_at",
    "accepted_by",
    "expires_at",
}


def address(client: httpx.Client) -> str:
    return str(client.get("/api/me").json()["email"])


def path_of(note: dict, made: dict | None = None) -> str:
    return f"/api/notes/{note['_id']}/shares" + (f"/{made['_id']}" if made else "")


@pytest.fixture
def guest(stranger: httpx.Client) -> httpx.Client:
    return stranger


def test_an_invitation_is_answered_as_a_share_without_its_token(server, person, fresh_email):
    note = new_note(person, "Plan")
    made, token = invite(server, person, note["_id"], f"g-{fresh_email}", "write")
    assert made.keys() == FIELDS
    assert (made["note_id"], made["permission"]) == (note["_id"], "write")
    assert made["invited_email"] == f"g-{fresh_email}"
    assert made["accepted_at"] is None
    assert made["accepted_by"] is None
    days = (time_of(made["expires_at"]) - time_of(made["created_at"])).days
    assert days == 14
    listed = person.get(path_of(note))
    assert ok(listed) == [made]
    assert listed.headers["x-total-count"] == "1"
    assert token not in listed.text + str(made)
    [(kept,)] = sql(server, "SELECT invitation_hash FROM shares WHERE id = :id", id=made["_id"])
    assert token.encode() not in bytes(kept)


def test_the_mail_says_who_shares_what_and_lies_where_only_the_server_reads_it(
    server, person, fresh_email
):
    note = new_note(person, "Plan <b>bold</b> & more")
    _, token = invite(server, person, note["_id"], f"g-{fresh_email}", "read")
    [mail] = outbox(server.data, f"g-{fresh_email}")
    assert mail.subject == "Ada shares the note “Plan <b>bold</b> & more” with you"
    assert f"{server.url}/app/invitation#{token}" in mail.text
    assert "read the note" in mail.text
    folder = server.data / "outbox"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert server.logged("outbox")
    assert token not in server.log()


def test_the_owner_of_a_share_sees_which_account_accepted(server, person, guest, fresh_email):
    note = new_note(person)
    made, token = invite(server, person, note["_id"], f"office-{fresh_email}")
    assert ok(guest.post("/api/shares/accept", json={"token": token})) == {"note_id": note["_id"]}
    [listed] = ok(person.get(path_of(note)))
    assert listed["invited_email"] == f"office-{fresh_email}"
    assert listed["accepted_by"]["email"] == address(guest)
    assert listed["accepted_by"]["name"] == "Stranger"
    assert time_of(listed["accepted_at"]) >= time_of(made["created_at"])
    assert listed["expires_at"] is None


def test_before_it_is_accepted_nothing_is_seen(server, person, guest):
    note = new_note(person)
    invite(server, person, note["_id"], address(guest))
    refused(guest.get(f"/api/notes/{note['_id']}"), 404, "not_found")
    assert ok(guest.get("/api/notes/shared")) == []


def test_a_level_changes_without_an_invitation(server, person, guest, fresh_email):
    note = new_note(person)
    made = share(server, person, note["_id"], guest, "read")
    before = len(outbox(server.data, address(guest)))
    changed = ok(person.patch(path_of(note, made), json={"permission": "write"}))
    assert (changed["permission"], changed["_id"]) == ("write", made["_id"])
    assert ok(guest.get(f"/api/notes/{note['_id']}"))["access"] == "write"
    ok(guest.put(f"/api/notes/{note['_id']}", json={"title": "New"}))
    ok(person.patch(path_of(note, made), json={"permission": "read"}))
    refused(
        guest.put(f"/api/notes/{note['_id']}", json={"title": "Newer"}), 403, "shared_read_only"
    )
    assert len(outbox(server.data, address(guest))) == before


def test_revoked_means_gone_at_once_from_everything(server, person, guest):
    note = new_note(person, "Plan", "okapi #rare", bucket="Rare")
    made = share(server, person, note["_id"], guest, "write")
    assert ok(guest.get("/api/notes/search?q=okapi"))
    ok(person.delete(path_of(note, made)), 204)
    path = f"/api/notes/{note['_id']}"
    refused(guest.get(path), 404, "not_found")
    refused(guest.put(path, json={"text": "x"}), 404, "not_found")
    refused(guest.get(f"{path}/history"), 404, "not_found")
    refused(guest.get(f"{path}/relations"), 404, "not_found")
    refused(guest.get(f"/api/notes/similar/{note['_id']}"), 404, "not_found")
    assert ok(guest.get("/api/notes/shared")) == []
    assert ok(guest.get("/api/notes?shared=include")) == []
    assert ok(guest.get("/api/notes/search?q=okapi")) == []
    assert ok(guest.get("/api/buckets")) == ok(guest.get("/api/tags")) == []
    assert ok(person.get(path_of(note))) == []
    refused(person.delete(path_of(note, made)), 404, "not_found")
    assert ok(person.get("/api/notes/search?q=okapi"))


def test_a_revoked_invitation_is_void(server, person, guest, fresh_email):
    note = new_note(person)
    made, token = invite(server, person, note["_id"], f"g-{fresh_email}")
    ok(person.delete(path_of(note, made)), 204)
    refused(guest.post("/api/shares/accept", json={"token": token}), 404, "not_found")


def test_invitations_that_are_not_good_look_alike(server, person, guest, fresh_email):
    note = new_note(person)
    answers = [guest.post("/api/shares/accept", json={"token": "unknown"})]
    made, expired = invite(server, person, note["_id"], f"old-{fresh_email}")
    sql(server, "UPDATE shares SET expires_at = 1 WHERE id = :id RETURNING id", id=made["_id"])
    answers.append(guest.post("/api/shares/accept", json={"token": expired}))
    made, revoked = invite(server, person, note["_id"], f"gone-{fresh_email}")
    ok(person.delete(path_of(note, made)), 204)
    answers.append(guest.post("/api/shares/accept", json={"token": revoked}))
    _, used = invite(server, person, note["_id"], address(guest))
    ok(guest.post("/api/shares/accept", json={"token": used}))
    answers.append(guest.post("/api/shares/accept", json={"token": used}))
    trashed = new_note(person)
    _, of_trash = invite(server, person, trashed["_id"], f"t-{fresh_email}")
    ok(person.delete(f"/api/notes/{trashed['_id']}"), 204)
    answers.append(guest.post("/api/shares/accept", json={"token": of_trash}))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    dull = ("x-request-id", "date")
    heads = [{k: v for k, v in answer.headers.items() if k not in dull} for answer in answers]
    assert all(head == heads[0] for head in heads)


def test_an_address_is_invited_once(server, person, fresh_email):
    note = new_note(person)
    invite(server, person, note["_id"], f"G-{fresh_email}")
    again = {"email": f"g-{fresh_email.upper()}", "permission": "write"}
    refused(person.post(path_of(note), json=again), 409, "share_exists")
    assert len(ok(person.get(path_of(note)))) == 1
    other = new_note(person)
    invite(server, person, other["_id"], f"g-{fresh_email}")


def test_nobody_invites_themselves_or_accepts_twice(server, person, guest, fresh_email):
    note = new_note(person)
    own = {"email": address(person).upper(), "permission": "read"}
    refused(person.post(path_of(note), json=own), 409, "own_address")
    _, token = invite(server, person, note["_id"], f"a-{fresh_email}")
    refused(person.post("/api/shares/accept", json={"token": token}), 409, "own_note")
    ok(guest.post("/api/shares/accept", json={"token": token}))
    _, second = invite(server, person, note["_id"], f"b-{fresh_email}")
    refused(guest.post("/api/shares/accept", json={"token": second}), 409, "shared_already")
    with closing(server.sign_up(f"third-{fresh_email}")) as third:
        ok(third.post("/api/shares/accept", json={"token": second}))


def test_what_spote_calls_invited_email_is_taken(server, person, fresh_email):
    note = new_note(person)
    wish = {"invited_email": f"g-{fresh_email}", "permission": "read"}
    made = ok(person.post(path_of(note), json=wish), 201)
    ok(person.delete(path_of(note, made)), 204)
    ok(person.post(path_of(note), json=made), 201)  # as it was read
    both = {"email": "a@example.org", "invited_email": "b@example.org", "permission": "read"}
    refused(person.post(path_of(note), json=both), 400, "invalid_input")


@pytest.mark.parametrize(
    "wish",
    [
        {"permission": "read"},
        {"email": "g@example.org"},
        {"email": "g@example.org", "permission": "owner"},
        {"email": "g@example.org", "permission": "read", "message": "x"},
        {"email": "not an address", "permission": "read"},
        {"email": "g@example.org\r\nBcc: all@example.org", "permission": "read"},
        {"email": "g@example.org\nX: y", "permission": "read"},
        {"email": "a@b@example.org", "permission": "read"},
        {"email": "g,h@example.org", "permission": "read"},
        {"email": "<g@example.org>", "permission": "read"},
        {"email": '"g h"@example.org', "permission": "read"},
        {"email": "g@[127.0.0.1]", "permission": "read"},
        {"email": "g@-example.org", "permission": "read"},
        {"email": "g..h@example.org", "permission": "read"},
        {"email": "g@exa_mple.org", "permission": "read"},
        {"email": "g> SIZE=1@example.org", "permission": "read"},
        {"email": "x" * 65 + "@example.org", "permission": "read"},
        {"email": "g\u202e@example.org", "permission": "read"},
    ],
    ids=lambda wish: str(wish.get("email", "none"))[:20],
)
def test_what_cannot_be_mailed_is_refused(server, person, wish):
    note = new_note(person)
    before = len(outbox(server.data))
    refused(person.post(path_of(note), json=wish), 400, "invalid_input")
    assert len(outbox(server.data)) == before


def test_strangers_learn_nothing_of_shares(server, person, stranger):
    note = new_note(person)
    made, _ = invite(server, person, note["_id"], "someone@example.org")
    for answer in (
        stranger.get(path_of(note)),
        stranger.post(path_of(note), json={"email": "x@example.org", "permission": "read"}),
        stranger.patch(path_of(note, made), json={"permission": "write"}),
        stranger.delete(path_of(note, made)),
        stranger.get(path_of({"_id": "nothing"})),
    ):
        refused(answer, 404, "not_found")
    refused(
        person.patch(path_of(note, {"_id": "x"}), json={"permission": "read"}), 404, "not_found"
    )
    other = new_note(person)
    refused(person.delete(path_of(other, made)), 404, "not_found")


def test_a_token_shares_with_the_verb_and_within_its_places(server, person, agent, fresh_email):
    inside, outside = new_note(person, bucket="Work"), new_note(person, bucket="Home")
    wish = {"email": f"g-{fresh_email}", "permission": "read"}
    refused(agent(preset="write").post(path_of(inside), json=wish), 403, "insufficient_scope")
    refused(agent(preset="write").get(path_of(inside)), 403, "insufficient_scope")
    sharer = agent(access={"verbs": ["share"], "buckets": ["Work"]})
    made = ok(sharer.post(path_of(inside), json=wish), 201)
    refused(sharer.post(path_of(outside), json=wish), 404, "not_found")
    assert ok(sharer.get(path_of(inside))) == [made]
    ok(sharer.delete(path_of(inside, made)), 204)


def test_with_the_owners_account_goes_everything_and_with_a_guests_the_share(
    server, person, guest, fresh_email
):
    note = new_note(person, "Plan")
    share(server, person, note["_id"], guest)
    with closing(server.sign_up(f"leaving-{fresh_email}")) as leaving:
        share(server, person, note["_id"], leaving)
        assert len(ok(person.get(path_of(note)))) == 2
        ok(leaving.request("DELETE", "/api/me", json={"password": "correct horse battery"}), 204)
    [left] = ok(person.get(path_of(note)))
    assert left["accepted_by"]["email"] == address(guest)
    ok(person.request("DELETE", "/api/me", json={"password": "correct horse battery"}), 204)
    assert ok(guest.get("/api/notes/shared")) == []
    assert sql(server, "SELECT count(*) FROM shares WHERE note_id = :id", id=note["_id"]) == [(0,)]


def test_the_same_key_sends_one_mail(server, person, fresh_email):
    note, email = new_note(person), f"g-{fresh_email}"
    wish, key = {"email": email, "permission": "read"}, {"Idempotency-Key": f"k-{fresh_email}"}
    first = person.post(path_of(note), json=wish, headers=key)
    again = person.post(path_of(note), json=wish, headers=key)
    assert ok(first, 201) == ok(again, 201)
    assert again.headers["idempotent-replayed"] == "true"
    assert len(outbox(server.data, email)) == 1
    token = token_in(outbox(server.data, email)[0].text)
    with closing(server.sign_up(email)) as guest:
        body, headers = {"token": token}, {"Idempotency-Key": "accept"}
        assert ok(guest.post("/api/shares/accept", json=body, headers=headers))
        assert ok(guest.post("/api/shares/accept", json=body, headers=headers))


def test_the_invited_sign_up_and_have_the_note_at_once_but_for_a_closed_server(
    tmp_path_factory, engine, new_database_url
):
    data = tmp_path_factory.mktemp("invited") / "data"
    with running(data, database_url=new_database_url, sign_up="invited") as server:
        owner = server.sign_up()
        note = new_note(owner, "Plan")
        _, token = invite(server, owner, note["_id"], "bob@example.org", "write")
        with server.client() as nobody:
            body = {"email": "eve@example.org", "password": "correct horse battery"}
            refused(nobody.post("/api/auth/sign-up", json=body), 403, "sign_up_closed")
        refused(sign_up_invited(server, "eve@example.org", "guessed"), 404, "not_found")
        refused(sign_up_invited(server, "ada@example.org", token), 409, "email_taken")
        answer = sign_up_invited(server, "bob@work.example.org", token)
        account = ok(answer, 201)
        assert account["note_id"] == note["_id"]
        assert not account["is_administrator"]
        with server.client(cookies=dict(answer.cookies)) as bob:
            assert titles(bob.get("/api/notes/shared")) == ["Plan"]
        [listed] = ok(owner.get(path_of(note)))
        assert listed["accepted_by"]["email"] == "bob@work.example.org"
        refused(sign_up_invited(server, "eve@example.org", token), 404, "not_found")
        _, unused = invite(server, owner, note["_id"], "carol@example.org")
        server.stop()
        server.environment["SPOTE_SIGN_UP"] = "closed"
        server.restart()
        refused(sign_up_invited(server, "carol@example.org", unused), 403, "sign_up_closed")
        owner.close()


def test_invitations_and_guesses_are_limited(tmp_path, engine, new_database_url):
    settings = {"sign_up": "open", "invitations": 5, "network_attempts": 8}
    with running(tmp_path / "data", database_url=new_database_url, **settings) as server:
        owner, other = server.sign_up(), server.sign_up("bob@example.org")
        note = new_note(owner)
        wishes = [{"email": f"g{n}@example.org", "permission": "read"} for n in range(MANY)]
        within_a_window(30, QUARTER)
        invited = [owner.post(path_of(note), json=wish) for wish in wishes]
        statuses = Counter(answer.status_code for answer in invited)
        assert statuses.keys() == {201, 429}
        assert statuses[201] in (5, 10)  # twice as many where a quarter of an hour has just begun
        assert int(invited[-1].headers["retry-after"]) > 0
        assert len(outbox(server.data)) == len(ok(owner.get(path_of(note)))) == statuses[201]
        within_a_window(30, QUARTER)
        guesses = [
            other.post("/api/shares/accept", json={"token": f"guess {n}"}).status_code
            for n in range(10)
        ]
        assert guesses == [404] * 8 + [429] * 2
        token = token_in(outbox(server.data)[0].text)
        refused(other.post("/api/shares/accept", json={"token": token}), 429, "limit_reached")
        owner.close()
        other.close()
