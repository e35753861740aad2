"""Something dies in the middle of an invitation: no share is left that nobody was told of, and the next one works."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import httpx
import pytest

from tests.entrypoints.calls import new_note, ok, refused, sql
from tests.faults.soundness import contradictions
from tests.mails import postbox, text_of, token_in
from tests.servers import Server, running
from tests.waiting import until

LONG = 60  # seconds that a mail server takes which is not told to go on
WISH = {"email": "bob@example.org", "permission": "read"}


@pytest.fixture(scope="module")
def box():
    with postbox() as box:
        yield box


@pytest.fixture(scope="module")
def server(tmp_path_factory, database_url, box):
    data = tmp_path_factory.mktemp("mail") / "data"
    settings = {"smtp_url": box.url, "smtp_timeout_seconds": 10, "sign_up": "open"}
    with running(data, database_url=database_url, network_attempts=10_000, **settings) as server:
        yield server
        assert "Traceback" not in server.log()


@pytest.fixture(autouse=True)
def well(box):
    """Each test begins with a mail server that works, and is at nothing."""
    box.refusal, box.delay_seconds = "", 0
    box.go_on.clear()
    box.mails.clear()
    yield
    box.go_on.set()
    until(lambda: not box.is_in_delay.is_set())


def shares(server: Server) -> int:
    [(number,)] = sql(server, "SELECT count(*) FROM shares")
    return number


def test_a_mail_server_that_refuses_leaves_no_share(server, box, person):
    note = new_note(person)
    path, before = f"/api/notes/{note['_id']}/shares", shares(server)
    box.refusal = "550 No such user here, says bob@example.org"
    answer = person.post(path, json=WISH, headers={"Idempotency-Key": "one"})
    body = refused(answer, 500, "mail_failed")
    assert "550" not in body["message"]
    assert ok(person.get(path)) == []
    assert shares(server) == before
    box.refusal = ""
    made = ok(person.post(path, json=WISH, headers={"Idempotency-Key": "one"}), 201)
    assert ok(person.get(path)) == [made]
    assert len(box.mails) == 1


def test_a_mail_server_that_hangs_fails_in_time_and_holds_up_nobody(server, box, person):
    note = new_note(person)
    path = f"/api/notes/{note['_id']}/shares"
    box.delay_seconds = LONG
    with ThreadPoolExecutor(1) as threads:
        invited = threads.submit(person.post, path, json=WISH)
        assert box.is_in_delay.wait(60)
        began = time.monotonic()
        with server.client(cookies=dict(person.cookies)) as other:
            ok(other.get(f"/api/notes/{note['_id']}"))
            assert ok(other.get(path)) == []
            other.headers["X-CSRF-Token"] = person.headers["X-CSRF-Token"]
            ok(other.put(f"/api/notes/{note['_id']}", json={"text": "meanwhile"}))
        assert time.monotonic() - began < 8
        refused(invited.result(), 500, "mail_failed")
    assert ok(person.get(path)) == []


def test_a_kill_while_the_mail_goes_leaves_nothing_that_is_seen(server, box, person):
    note = new_note(person, "Of the killed")
    path = f"/api/notes/{note['_id']}/shares"
    box.delay_seconds = LONG
    thread = threading.Thread(target=_try, args=(person, path))
    thread.start()
    assert box.is_in_delay.wait(60)
    server.kill()
    thread.join()
    box.go_on.set()
    until(lambda: box.mails)  # the mail goes after all
    box.delay_seconds = 0
    assert contradictions(server.data, server.settings.database_url) == []
    server.restart()
    assert ok(person.get(path)) == []
    [mail] = [one for one in box.mails if "Of the killed" in one["Subject"]]
    refused(
        person.post(path, json=WISH), 409, "share_exists"
    )  # for ten minutes: it may be under way
    sql(server, "UPDATE shares SET created_at = 1 WHERE sent_at IS NULL RETURNING 1")
    server.stop()
    server.restart()  # a chore runs at the start
    until(lambda: not sql(server, "SELECT 1 FROM shares WHERE sent_at IS NULL"))
    made = ok(person.post(path, json=WISH), 201)
    assert [one["_id"] for one in ok(person.get(path))] == [made["_id"]]
    first, second = token_in(text_of(mail)), token_in(text_of(box.mails[-1]))
    with closing(server.sign_up(f"kill-{note['_id']}@example.org")) as guest:
        refused(guest.post("/api/shares/accept", json={"token": first}), 404, "not_found")
        ok(guest.post("/api/shares/accept", json={"token": second}))


def _try(person: httpx.Client, path: str) -> None:
    with suppress(httpx.TransportError):
        person.post(path, json=WISH)


def test_an_owner_who_goes_while_the_mail_goes_leaves_nothing(server, box, fresh_email):
    with closing(server.sign_up(f"leaving-{fresh_email}")) as owner:
        note = new_note(owner)
        before = shares(server)
        box.delay_seconds = LONG
        with ThreadPoolExecutor(1) as threads:
            invited = threads.submit(owner.post, f"/api/notes/{note['_id']}/shares", json=WISH)
            assert box.is_in_delay.wait(60)
            with server.client(cookies=dict(owner.cookies)) as other:
                other.headers["X-CSRF-Token"] = owner.headers["X-CSRF-Token"]
                ok(other.delete(f"/api/notes/{note['_id']}?permanent=true"), 204)
            box.go_on.set()
            refused(invited.result(), 404, "not_found")
        assert shares(server) == before


def test_a_token_that_is_revoked_while_the_mail_goes_shares_nothing(server, box, person, agent):
    note = new_note(person)
    script = agent()
    path = f"/api/notes/{note['_id']}/shares"
    box.delay_seconds = LONG
    with ThreadPoolExecutor(1) as threads:
        invited = threads.submit(script.post, path, json=WISH)
        assert box.is_in_delay.wait(60)
        [token] = ok(person.get("/api/settings/token"))
        ok(person.delete(f"/api/settings/token/{token['_id']}"), 204)
        box.go_on.set()
        refused(invited.result(), 401, "invalid_token")
    assert ok(person.get(path)) == []


def test_no_invitation_stands_in_the_log(server, box, person):
    """Neither one that was sent, nor one that was refused by the mail server, nor one that was used."""
    path = f"/api/notes/{new_note(person)['_id']}/shares"
    email = f"logged-{time.time_ns()}@example.org"
    box.refusal = "550 No such user here"
    refused(person.post(path, json={**WISH, "email": email}), 500, "mail_failed")
    box.refusal = ""
    ok(person.post(path, json={**WISH, "email": email}), 201)
    [mail] = box.mails
    token = token_in(text_of(mail))
    with closing(server.sign_up(email)) as guest:
        ok(guest.post("/api/shares/accept", json={"token": token}))
        refused(guest.post("/api/shares/accept", json={"token": token}), 404, "not_found")
    until(lambda: server.log().count("/api/shares/accept") >= 2)
    assert token not in server.log()
    assert "app/invitation" not in server.log()


def test_the_password_of_the_mail_server_stands_in_no_log(tmp_path, box, database_url, fresh_email):
    """It is not sent without TLS, and why the mail failed is logged."""
    url = box.url.replace("//", "//spote:hunter-two@")
    with running(tmp_path / "data", database_url=database_url, smtp_url=url, sign_up="open") as one:
        with closing(one.sign_up(fresh_email)) as person:
            path = f"/api/notes/{new_note(person)['_id']}/shares"
            refused(person.post(path, json=WISH), 500, "mail_failed")
        assert box.mails == []
        until(lambda: one.logged("mail"))
        assert "hunter-two" not in one.log()
