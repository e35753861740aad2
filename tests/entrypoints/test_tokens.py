"""`/api/settings/token`: made, shown once, listed, changed, rotated, revoked, reported."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.entrypoints.calls import (
    Note,
    challenge,
    field_names,
    new_note,
    ok,
    refused,
    sql,
    time_of,
)
from tests.servers import Server, new_token

PATH = "/api/settings/token"
TOKEN = re.compile(r"spote_[0-9a-f]{32}")
METADATA = {
    "_id",
    "label",
    "hint",
    "access",
    "created_at",
    "expires_at",
    "last_used_at",
    "last_address",
    "last_client",
    "revoked_at",
    "revoked_because",
    "state",
}
ALL_VERBS = ["read", "create", "append", "edit", "delete", "share", "tokens"]
EVERYWHERE: dict[str, object] = {
    "buckets": None,
    "except_buckets": [],
    "tags": None,
    "own_notes_only": False,
}


def made(person: httpx.Client, label: str = "x", **wishes: Any) -> Note:
    return dict(ok(person.post(PATH, json={"label": label, **wishes}), 201))


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def test_a_new_token_is_shown_once(person: httpx.Client) -> None:
    answer = person.post(PATH, json={"label": "Claude Desktop"})
    token = ok(answer, 201)
    assert set(token) == METADATA | {"token"}
    assert TOKEN.fullmatch(token["token"])
    assert token["hint"] == token["token"][-4:]
    assert (token["label"], token["last_used_at"], token["expires_at"]) == (
        "Claude Desktop",
        None,
        None,
    )
    assert token["access"] == {"verbs": ALL_VERBS, **EVERYWHERE}
    assert answer.headers["cache-control"] == "no-store"
    [listed] = ok(person.get(PATH))
    assert set(listed) == METADATA
    assert token["token"] not in person.get(PATH).text
    assert ok(person.get(f"{PATH}/{token['_id']}")) == listed


def test_two_tokens_have_nothing_in_common(person: httpx.Client) -> None:
    one, two = made(person, "same"), made(person, "same")
    assert one["token"] != two["token"]
    assert one["_id"] != two["_id"]


@pytest.mark.parametrize(
    ("preset", "verbs"),
    [
        ("read", ["read"]),
        ("add", ["read", "create", "append"]),
        ("write", ["read", "create", "append", "edit", "delete"]),
        ("full", ALL_VERBS),
    ],
)
def test_presets_stand_for_verbs(person: httpx.Client, preset: str, verbs: list[str]) -> None:
    assert made(person, preset=preset)["access"] == {"verbs": verbs, **EVERYWHERE}


def test_a_grant_is_kept_as_given(person: httpx.Client) -> None:
    access = {
        "verbs": ["append", "read"],
        "buckets": ["Work", " Home "],
        "except_buckets": ["Work/Private"],
        "tags": ["#Idea"],
        "own_notes_only": True,
    }
    assert made(person, access=access)["access"] == {
        "verbs": ["read", "append"],
        "buckets": ["Work", "Home"],
        "except_buckets": ["Work/Private"],
        "tags": ["idea"],
        "own_notes_only": True,
    }
    assert made(person, access={"buckets": ["Work"]})["access"]["verbs"] == ALL_VERBS


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"label": ""},
        {"label": "  "},
        {"label": "x" * 101},
        {"label": "a\nb"},
        {"label": None},
        {"label": "spote_" + "0" * 32},
        {"label": "my SPOTE_" + "A" * 32},
        {"label": "x", "preset": "everything"},
        {"label": "x", "preset": "read", "access": {"verbs": ["read", "edit"]}},
        {"label": "x", "access": {"verbs": []}},
        {"label": "x", "access": {"verbs": ["fly"]}},
        {"label": "x", "access": {"buckets": "Work"}},
        {"label": "x", "access": {"buckets": [""]}},
        {"label": "x", "access": {"tags": ["a b"]}},
        {"label": "x", "access": {"own_notes_only": "perhaps"}},
        {"label": "x", "access": {"buckets": ["b"] * 101}},
        {"label": "x", "expires_in_days": 0},
        {"label": "x", "expires_in_days": -1},
        {"label": "x", "expires_in_days": 10**9},
        {"label": "x", "expires_in_days": 1.5},
        {"label": "x", "expires_at": "soon"},
        {"label": "x", "expires_at": "2001-01-01T00:00:00Z"},
        {"label": "x", "expires_at": "2101-01-01T00:00:00"},
        {"label": "x", "expires_at": "9999-12-31T23:59:59-14:00"},
        {"label": "x", "expires_at": "0001-01-01T00:00:00+14:00"},
        {"label": "x", "expires_at": 10**30},
        {"label": "x", "expires_in_days": 1, "expires_at": "2101-01-01T00:00:00Z"},
    ],
    ids=str,
)
def test_bad_wishes_are_refused(person: httpx.Client, body: dict[str, Any]) -> None:
    answer = person.post(PATH, json=body)
    refused(answer, 400, "invalid_input")
    assert field_names(answer)
    assert ok(person.get(PATH)) == []


def test_labels_may_be_long_and_in_any_script(person: httpx.Client) -> None:
    for label in ("x" * 100, "🙂 Mein Skript", "  spaced  "):
        assert made(person, label)["label"] == label.strip()


def test_expiry_is_given_in_days_or_as_a_time(person: httpx.Client) -> None:
    by_days = time_of(made(person, expires_in_days=90)["expires_at"])
    assert abs(by_days - datetime.now(UTC) - timedelta(days=90)) < timedelta(minutes=1)
    assert made(person, expires_at="2101-01-01T02:00:00+02:00")["expires_at"] == (
        "2101-01-01T00:00:00Z"
    )


def test_dead_tokens_are_listed_on_request(server: Server, person: httpx.Client) -> None:
    live, expired, revoked = (made(person, label) for label in ("live", "expired", "revoked"))
    sql(server, "UPDATE tokens SET expires_at = 1000 WHERE id = :id", id=expired["_id"])
    ok(person.delete(f"{PATH}/{revoked['_id']}"), 204)
    assert [one["_id"] for one in ok(person.get(PATH))] == [live["_id"]]
    everything = ok(person.get(PATH, params={"state": "all"}))
    assert {one["label"]: one["state"] for one in everything} == {
        "live": "live",
        "expired": "expired",
        "revoked": "revoked",
    }
    of_revoked = next(one for one in everything if one["label"] == "revoked")
    assert of_revoked["revoked_because"] == "owner"
    assert time_of(of_revoked["revoked_at"]) <= datetime.now(UTC)
    refused(person.get(PATH, params={"state": "dead"}), 400, "invalid_input")


def test_a_revoked_token_is_dead_at_once(server: Server, person: httpx.Client) -> None:
    token = made(person)
    with server.client(token["token"]) as agent:
        assert agent.get("/api/notes").status_code == 200
        answer = person.delete(f"{PATH}/{token['_id']}")
        assert (answer.status_code, answer.content) == (204, b"")
        refused(agent.get("/api/notes"), 401, "invalid_token")
        refused(agent.get(f"{PATH}/self"), 401, "invalid_token")
    refused(person.delete(f"{PATH}/{token['_id']}"), 404, "not_found")
    refused(person.patch(f"{PATH}/{token['_id']}", json={"label": "y"}), 409, "token_revoked")
    refused(person.post(f"{PATH}/{token['_id']}/rotate"), 409, "token_revoked")


def test_tokens_of_others_are_out_of_reach(person: httpx.Client, stranger: httpx.Client) -> None:
    theirs = made(stranger)
    path = f"{PATH}/{theirs['_id']}"
    for answer in (
        person.get(path),
        person.patch(path, json={"label": "mine"}),
        person.post(f"{path}/rotate", json={}),
        person.delete(path),
        person.delete(f"{PATH}/nothing"),
    ):
        refused(answer, 404, "not_found")
    assert [one["label"] for one in ok(stranger.get(PATH))] == ["x"]


def test_a_token_is_renamed_narrowed_and_widened(server: Server, person: httpx.Client) -> None:
    token = made(person, preset="write")
    path = f"{PATH}/{token['_id']}"
    renamed = ok(person.patch(path, json={"label": "New name"}))
    assert set(renamed) == METADATA
    assert (renamed["label"], renamed["access"]) == ("New name", token["access"])
    with server.client(token["token"]) as agent:
        ok(person.patch(path, json={"preset": "read"}))
        refused(
            agent.post("/api/notes", json={"title": "x", "text": ""}), 403, "insufficient_scope"
        )
        widened = ok(person.patch(path, json={"access": {"verbs": ["read", "create"]}}))
        assert widened["access"]["verbs"] == ["read", "create"]
        assert new_note(agent)


def test_the_expiry_is_changed_and_taken_away(person: httpx.Client) -> None:
    path = f"{PATH}/{made(person, expires_in_days=1)['_id']}"
    later = ok(person.patch(path, json={"expires_at": "2101-01-01T00:00:00Z"}))
    assert later["expires_at"] == "2101-01-01T00:00:00Z"
    untouched = ok(person.patch(path, json={"label": "y", "expires_in_days": None}))
    assert untouched["expires_at"] == "2101-01-01T00:00:00Z"
    assert ok(person.patch(path, json={"expires_at": None}))["expires_at"] is None
    assert ok(person.patch(path, json={"expires_in_days": 2}))["expires_at"] is not None
    refused(person.patch(path, json={"expires_at": "2001-01-01T00:00:00Z"}), 400, "invalid_input")


def test_a_token_may_be_sent_back_as_it_was_read(person: httpx.Client) -> None:
    token = made(person, preset="read", expires_in_days=3)
    read = ok(person.get(f"{PATH}/{token['_id']}"))
    assert ok(person.patch(f"{PATH}/{token['_id']}", json=read)) == read
    assert ok(person.patch(f"{PATH}/{token['_id']}", json=token)) == read


def test_rotation_gives_a_new_secret_under_the_same_id(
    server: Server, person: httpx.Client
) -> None:
    token = made(person, "Robot", preset="read", expires_in_days=9)
    answer = person.post(f"{PATH}/{token['_id']}/rotate")
    rotated = ok(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert TOKEN.fullmatch(rotated["token"])
    assert rotated["token"] != token["token"]
    for same in ("_id", "label", "access", "created_at", "expires_at"):
        assert rotated[same] == token[same]
    assert rotated["hint"] == rotated["token"][-4:]
    with server.client(token["token"]) as old, server.client(rotated["token"]) as new:
        refused(old.get("/api/notes"), 401, "invalid_token")
        assert new.get("/api/notes").status_code == 200


def test_the_old_secret_lives_for_the_grace(server: Server, person: httpx.Client) -> None:
    token = made(person)
    rotated = ok(person.post(f"{PATH}/{token['_id']}/rotate", json={"grace_seconds": 600}))
    with server.client(token["token"]) as old, server.client(rotated["token"]) as new:
        assert old.get("/api/notes").status_code == new.get("/api/notes").status_code == 200
        sql(server, "UPDATE token_secrets SET expires_at = 1000 WHERE expires_at IS NOT NULL")
        refused(old.get("/api/notes"), 401, "invalid_token")
        assert new.get("/api/notes").status_code == 200
    again = ok(person.post(f"{PATH}/{token['_id']}/rotate", json={"grace_seconds": 0}))
    with server.client(rotated["token"]) as replaced, server.client(again["token"]) as newest:
        refused(replaced.get("/api/notes"), 401, "invalid_token")
        assert newest.get("/api/notes").status_code == 200


@pytest.mark.parametrize("grace", [-1, 86_401, "x", 1.5, None])
def test_a_bad_grace_is_refused(person: httpx.Client, grace: Any) -> None:
    token = made(person)
    path = f"{PATH}/{token['_id']}/rotate"
    refused(person.post(path, json={"grace_seconds": grace}), 400, "invalid_input")
    refused(person.post(path, json={"grace": 1}), 400, "invalid_input")


def test_an_expired_token_is_not_rotated(server: Server, person: httpx.Client) -> None:
    token = made(person)
    sql(server, "UPDATE tokens SET expires_at = 1000 WHERE id = :id", id=token["_id"])
    refused(person.post(f"{PATH}/{token['_id']}/rotate"), 409, "token_expired")


def test_revocation_ends_the_grace_too(server: Server, person: httpx.Client) -> None:
    token = made(person)
    ok(person.post(f"{PATH}/{token['_id']}/rotate", json={"grace_seconds": 600}))
    ok(person.delete(f"{PATH}/{token['_id']}"), 204)
    with server.client(token["token"]) as old:
        refused(old.get("/api/notes"), 401, "invalid_token")


def test_any_token_may_ask_what_it_is_and_end_itself(server: Server, person: httpx.Client) -> None:
    access = {"verbs": ["append"], "buckets": ["Work"]}
    token = made(person, "Small", access=access, expires_in_days=1)
    with server.client(token["token"]) as agent:
        myself = ok(agent.get(f"{PATH}/self"))
        assert set(myself) == {
            "_id",
            "label",
            "access",
            "effective_verbs",
            "agents_read_only",
            "created_at",
            "expires_at",
            "budget",
        }
        assert (myself["_id"], myself["label"]) == (token["_id"], "Small")
        assert myself["access"] == token["access"]
        assert myself["effective_verbs"] == ["append"]
        assert myself["expires_at"] == token["expires_at"]
        budget = myself["budget"]
        assert budget["limit"] == 3000
        assert ok(agent.get(f"{PATH}/self"))["budget"]["remaining"] < 3000
        assert time_of(budget["resets_at"]) > datetime.now(UTC) - timedelta(minutes=1)
        ok(agent.delete(f"{PATH}/self"), 204)
        refused(agent.get(f"{PATH}/self"), 401, "invalid_token")
    [dead] = ok(person.get(PATH, params={"state": "all"}))
    assert dead["revoked_because"] == "self"
    refused(person.get(f"{PATH}/self"), 403, "token_only")
    refused(person.delete(f"{PATH}/self"), 403, "token_only")


def test_tokens_are_managed_only_with_the_verb_for_it(server: Server, person: httpx.Client) -> None:
    token = made(person, preset="write")
    path = f"{PATH}/{token['_id']}"
    with server.client(token["token"]) as agent:
        for answer in (
            agent.get(PATH),
            agent.get(path),
            agent.post(PATH, json={"label": "x"}),
            agent.patch(path, json={"label": "x"}),
            agent.post(f"{path}/rotate"),
            agent.delete(path),
        ):
            refused(answer, 403, "insufficient_scope")
            assert challenge(answer)["scope"] == "tokens"


@pytest.mark.parametrize(
    "wishes",
    [
        {},
        {"preset": "full"},
        {"access": {"verbs": ["read", "edit"], "buckets": ["Work"]}},
        {"access": {"verbs": ["read"]}},
        {"access": {"verbs": ["read"], "buckets": ["Home"]}},
        {"access": {"verbs": ["read"], "buckets": ["Wor"]}},
        {"access": {"verbs": ["read"], "buckets": ["Work"], "tags": None}},
        {"access": {"verbs": ["read"], "buckets": ["Work"], "tags": ["a", "c"]}},
        {"access": {"verbs": ["read"], "buckets": ["Work"], "tags": ["a"]}},
    ],
    ids=str,
)
def test_a_token_makes_no_token_that_may_do_more(
    server: Server, person: httpx.Client, wishes: dict[str, Any]
) -> None:
    mine = {
        "verbs": ["read", "create", "tokens"],
        "buckets": ["Work"],
        "except_buckets": ["Work/Private"],
        "tags": ["a", "b"],
    }
    with server.client(new_token(person, access=mine)) as agent:
        refused(agent.post(PATH, json={"label": "x", **wishes}), 403, "insufficient_scope")
        narrower = {
            "verbs": ["read"],
            "buckets": ["Work/Open"],
            "except_buckets": [],
            "tags": ["a"],
        }
        assert ok(agent.post(PATH, json={"label": "x", "access": narrower}), 201)


def test_a_token_of_ones_own_notes_makes_only_such_tokens(
    server: Server, person: httpx.Client
) -> None:
    with server.client(new_token(person, access={"own_notes_only": True})) as agent:
        refused(agent.post(PATH, json={"label": "x"}), 403, "insufficient_scope")
        access = {"verbs": ["read"], "own_notes_only": True}
        assert ok(agent.post(PATH, json={"label": "x", "access": access}), 201)


def test_a_token_makes_no_token_that_outlives_it(server: Server, person: httpx.Client) -> None:
    wide = {"verbs": ["read", "tokens"]}
    with server.client(new_token(person, access=wide, expires_in_days=5)) as agent:
        wish = {"label": "x", "preset": "read"}
        refused(agent.post(PATH, json=wish), 403, "insufficient_scope")
        refused(agent.post(PATH, json={**wish, "expires_in_days": 6}), 403, "insufficient_scope")
        assert ok(agent.post(PATH, json={**wish, "expires_in_days": 4}), 201)


def test_a_token_gets_no_secret_that_outlives_it(server: Server, person: httpx.Client) -> None:
    lasting = made(person, "lasting", preset="read")
    passing = made(person, "passing", access={"verbs": ["read", "tokens"]}, expires_in_days=5)
    with server.client(passing["token"]) as agent:
        answer = agent.post(f"{PATH}/{lasting['_id']}/rotate")
        refused(answer, 403, "insufficient_scope")
        own = ok(agent.post(f"{PATH}/{passing['_id']}/rotate", json={"grace_seconds": 60}))
        assert own["expires_at"] == passing["expires_at"]
    with server.client(lasting["token"]) as agent:
        assert agent.get("/api/notes").status_code == 200


def test_a_token_sees_and_changes_only_tokens_within_its_own_grant(
    server: Server, person: httpx.Client
) -> None:
    stronger = made(person, "stronger")
    weaker = made(person, "weaker", preset="add")
    with server.client(new_token(person, "me", access={"verbs": [*ALL_VERBS[:3], "tokens"]})) as me:
        assert {one["label"] for one in ok(me.get(PATH))} == {"weaker", "me"}
        for answer in (
            me.get(f"{PATH}/{stronger['_id']}"),
            me.delete(f"{PATH}/{stronger['_id']}"),
            me.post(f"{PATH}/{stronger['_id']}/rotate"),
            me.patch(f"{PATH}/{stronger['_id']}", json={"label": "x"}),
        ):
            refused(answer, 404, "not_found")
        path = f"{PATH}/{weaker['_id']}"
        assert ok(me.patch(path, json={"preset": "read"}))["access"]["verbs"] == ["read"]
        refused(me.patch(path, json={"preset": "add"}), 403, "insufficient_scope")
        refused(
            me.patch(path, json={"expires_at": None, "preset": "add"}), 403, "insufficient_scope"
        )
        ok(me.delete(path), 204)


@pytest.mark.parametrize("kind", ["live", "unknown", "malformed", "revoked", "expired"])
def test_a_report_is_answered_alike_whatever_was_reported(
    server: Server, person: httpx.Client, kind: str
) -> None:
    token = made(person, kind)
    raw = {"unknown": "spote_" + "f" * 32, "malformed": "no token"}.get(kind, token["token"])
    if kind == "revoked":
        ok(person.delete(f"{PATH}/{token['_id']}"), 204)
    if kind == "expired":
        sql(server, "UPDATE tokens SET expires_at = 1000 WHERE id = :id", id=token["_id"])
    with server.client() as finder:
        answer = finder.post("/api/tokens/report", json={"token": raw})
        assert set(ok(answer)) == {"message"}
        assert ok(answer)["message"].startswith("Thank you.")
    if kind == "live":
        with server.client(raw) as agent:
            refused(agent.get("/api/notes"), 401, "invalid_token")
        [dead] = ok(person.get(PATH, params={"state": "all"}))
        assert (dead["state"], dead["revoked_because"]) == ("revoked", "reported")


def test_a_report_of_a_replaced_secret_does_not_kill_the_new_one(
    server: Server, person: httpx.Client
) -> None:
    token = made(person)
    rotated = ok(person.post(f"{PATH}/{token['_id']}/rotate"))
    with server.client() as finder, server.client(rotated["token"]) as agent:
        ok(finder.post("/api/tokens/report", json={"token": token["token"]}))
        assert agent.get("/api/notes").status_code == 200
        again = ok(person.post(f"{PATH}/{token['_id']}/rotate", json={"grace_seconds": 600}))
        ok(finder.post("/api/tokens/report", json={"token": rotated["token"]}))
        refused(agent.get("/api/notes"), 401, "invalid_token")
    with server.client(again["token"]) as agent:
        refused(agent.get("/api/notes"), 401, "invalid_token")


def test_the_last_use_is_recorded_with_client_and_address(
    server: Server, person: httpx.Client
) -> None:
    token = made(person)
    with server.client(token["token"]) as agent:
        agent.get("/api/notes", headers={"User-Agent": "my-agent/1.0 (test)"})
    [listed] = ok(person.get(PATH))
    assert abs(time_of(listed["last_used_at"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert (listed["last_client"], listed["last_address"]) == ("my-agent/1.0 (test)", "127.0.0.1")


def test_a_token_in_the_user_agent_is_not_recorded_in_whole_or_part(
    server: Server, person: httpx.Client
) -> None:
    token = made(person)
    with server.client(token["token"]) as agent:
        for before in range(150, 201, 5):
            agent.headers["User-Agent"] = "x" * before + token["token"]
            note = new_note(agent)
            recorded = note["updated_by"]["client"].replace("x" * before, "")
            assert not re.search(r"spote_[0-9a-f]", recorded), recorded


def test_an_account_has_a_limit_of_live_tokens(server: Server, person: httpx.Client) -> None:
    account = ok(person.get("/api/me"))["_id"]
    first = made(person)
    sql(
        server,
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 499)"
        " INSERT INTO tokens (account_id, id, label, hint, access, created_at)"
        " SELECT :account, 'token ' || n, 'many', 'abcd', '{}', 1 FROM numbers",
        account=account,
    )
    refused(person.post(PATH, json={"label": "one more"}), 409, "too_many_tokens")
    assert len(ok(person.get(PATH))) == 500
    ok(person.delete(f"{PATH}/{first['_id']}"), 204)
    assert made(person)


def test_a_person_sees_what_a_token_did(person, agent, stranger):
    with agent("Nightly") as nightly:
        nightly.headers["User-Agent"] = "nightly/2"
        note = new_note(nightly, "Report", "one")
        ok(nightly.patch(f"/api/notes/{note['_id']}", json={"op": "append", "text": " two"}))
    new_note(person, "By hand")
    [token] = ok(person.get("/api/settings/token"))
    path = f"/api/settings/token/{token['_id']}/activity"
    answer = person.get(path, params={"limit": 1})
    assert answer.headers["x-total-count"] == "2"
    [newest] = ok(answer)
    assert newest == {
        **newest,
        "note_id": note["_id"],
        "title": "Report",
        "version": 2,
        "change": "updated",
        "via": "api",
        "client": "nightly/2",
    }
    refused(stranger.get(path), 404, "not_found")
    refused(agent("Other").get(path), 403, "owner_only")
