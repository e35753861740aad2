"""Apps that a person lets in, from the first look at the metadata to the end."""

from contextlib import closing
from pathlib import Path

import httpx

from tests.entrypoints.calls import challenge, new_note, ok
from tests.entrypoints.mcp.agents import call, connected
from tests.entrypoints.mcp.streams import opened
from tests.entrypoints.oauth.flow import App, agree, works
from tests.servers import PASSWORD, Server, free_port, new_token, running


def test_the_metadata_lead_from_the_challenge_to_the_token(server: Server):
    with server.client() as client:
        for door in ("mcp", "sse"):
            refused = client.get(f"/{door}")
            about = ok(client.get(challenge(refused)["resource_metadata"]))
            assert about["resource"] == f"{server.url}/{door}"
            assert about["authorization_servers"] == [server.url]
            assert "offline_access" not in about["scopes_supported"]
        metadata = ok(client.get("/.well-known/oauth-authorization-server"))
    assert metadata["issuer"] == server.url
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["token_endpoint_auth_methods_supported"] == ["none"]
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["client_id_metadata_document_supported"] is False  # not on the internet
    assert "offline_access" in metadata["scopes_supported"]


async def test_a_part_of_a_site_has_its_own_well_known_places(tmp_path: Path):
    """A proxy takes the URL's path away, but for the well-known places, which stand before it."""
    port = free_port()
    site = f"http://127.0.0.1:{port}/notes"
    with (
        running(tmp_path / "data", port=port, public_url=site, sign_up="open") as server,
        closing(server.sign_up()) as person,
        server.client() as client,
    ):
        for place in ("oauth-authorization-server/notes", "oauth-authorization-server"):
            metadata = ok(client.get(f"/.well-known/{place}"))
            assert metadata["issuer"] == site
            assert metadata["token_endpoint"] == f"{site}/oauth/token"
        for place in ("oauth-protected-resource/notes/mcp", "oauth-protected-resource/mcp"):
            about = ok(client.get(f"/.well-known/{place}"))
            assert (about["resource"], about["authorization_servers"]) == (f"{site}/mcp", [site])
        for place in ("oauth-protected-resource/mails/mcp", "oauth-authorization-server/mails"):
            assert client.get(f"/.well-known/{place}").status_code == 404
        app = App(server).register()
        asking = {"resource": f"{site}/mcp"}
        assert 'action="/notes/oauth/sign-in"' in app.ask(client, **asking).text
        page = app.ask(person, **asking).text
        assert 'action="/notes/oauth/authorize"' in page
        async with opened(server.url, new_token(person), "sse") as stream:
            await stream.until_line("data: /notes/sse/messages?session_id=")


async def test_an_app_is_let_in_and_works_within_what_was_agreed(
    server: Server, person: httpx.Client
):
    new_note(person, "Plan", bucket="Work")
    new_note(person, "Diary", bucket="Private")
    app = App(server).register()
    page = app.ask(person)
    assert "Spy glass" in page.text
    assert "http://127.0.0.1:7777" in page.text
    answer = agree(person, page, buckets="Work\n", verb=["read", "append"])
    found = app.answer(answer)
    assert found["state"] == "s1"
    made = ok(app.redeem(found["code"]))
    assert (made["token_type"], made["expires_in"], made["scope"]) == (
        "Bearer",
        3600,
        "read append",
    )
    async with connected(server, made["access_token"]) as client:
        me = await call(client, "whoami")
        assert (me["label"], me["verbs"], me["buckets"]) == (
            "Spy glass",
            ["read", "append"],
            ["Work"],
        )
        listed = await call(client, "list_notes")
        assert [note["title"] for note in listed["notes"]] == ["Plan"]
        note_id = listed["notes"][0]["id"]
        await call(client, "edit_note", id=note_id, op="append", text="x")
    by = ok(person.get(f"/api/notes/{note_id}/history"))[0]["updated_by"]
    assert (by["via"], by["token_label"]) == ("mcp", "Spy glass")


async def test_connected_apps_are_listed_and_removed_at_once(server: Server, person: httpx.Client):
    app = App(server).register()
    made = app.connect(person)
    assert ok(person.get("/api/settings/token")) == []
    [listed] = ok(person.get("/api/settings/apps"))
    assert (listed["name"], listed["access"]["verbs"]) == ("Spy glass", ["read", "create"])
    assert person.delete(f"/api/settings/token/{listed['_id']}").status_code == 404
    async with opened(server.url, made["access_token"], "listen") as stream:
        await stream.until(1)
        ok(person.delete(f"/api/settings/apps/{listed['_id']}"), 204)
        await stream.until_ended()
    assert works(server, made["access_token"]) == 401
    assert app.refresh(made["refresh_token"]).json()["error"] == "invalid_grant"
    assert ok(person.get("/api/settings/apps")) == []
    assert person.delete(f"/api/settings/apps/{listed['_id']}").status_code == 404


def test_a_token_manages_no_apps(server: Server, person: httpx.Client, agent):
    App(server).register().connect(person)
    script = agent()
    assert script.get("/api/settings/apps").status_code == 403


def test_an_apps_token_opens_the_doors_for_agents_alone(server: Server, person: httpx.Client):
    made = App(server).register().connect(person, verb=["read", "create", "edit", "delete"])
    with server.client(made["access_token"]) as client:
        for path in ("/api/notes", "/api/settings/token/self", "/api/me"):
            assert client.get(path).status_code == 401
    assert works(server, made["access_token"]) == 200
    assert works(server, made["refresh_token"]) == 401


def test_who_is_not_signed_in_signs_in_first(server: Server, fresh_email: str):
    server.sign_up(fresh_email).close()
    app = App(server).register()
    with server.client() as browser:
        page = app.ask(browser)
        assert "Sign in to let Spy glass in" in page.text
        given = {"email": fresh_email, "query": str(page.request.url.query, "ascii")}
        wrong = browser.post("/oauth/sign-in", data={**given, "password": "wrong horse"})
        assert wrong.status_code == 401
        assert "is wrong" in wrong.text
        foreign = browser.post(
            "/oauth/sign-in",
            data={**given, "password": PASSWORD},
            headers={"Origin": "https://evil.example"},
        )
        assert foreign.status_code == 400
        signed = browser.post("/oauth/sign-in", data={**given, "password": PASSWORD})
        assert signed.status_code == 303
        asked = browser.get(signed.headers["location"])
        assert app.answer(agree(browser, asked))["code"]


def test_a_person_may_refuse(server: Server, person: httpx.Client):
    app = App(server).register()
    found = app.answer(agree(person, app.ask(person), decision="deny"))
    assert (found["error"], found["state"]) == ("access_denied", "s1")
    assert "code" not in found


def test_a_refresh_gives_new_tokens_and_a_revocation_ends_both(
    server: Server, person: httpx.Client
):
    app = App(server).register()
    first = app.connect(person)
    second = ok(app.refresh(first["refresh_token"], resource=f"{server.url}/mcp"))
    assert second["refresh_token"] != first["refresh_token"]
    assert works(server, second["access_token"]) == 200
    other = App(server).register()
    for stranger in (other.client_id, "", "x"):
        app.post("revoke", {"token": second["refresh_token"], "client_id": stranger})
        assert works(server, second["access_token"]) == 200
    for token in ("unknown", second["access_token"]):
        assert app.post("revoke", {"token": token, "client_id": app.client_id}).status_code == 200
    assert works(server, second["access_token"]) == 401
    assert app.refresh(second["refresh_token"]).status_code == 400


def test_the_account_that_goes_takes_its_apps_along(server: Server, fresh_email: str):
    with closing(server.sign_up(fresh_email)) as person:
        app = App(server).register()
        made = app.connect(person)
        assert person.request("DELETE", "/api/me", json={"password": PASSWORD}).status_code == 204
    assert works(server, made["access_token"]) == 401
    assert app.refresh(made["refresh_token"]).status_code == 400


def test_all_agents_read_only_holds_for_apps(server: Server, person: httpx.Client):
    made = App(server).register().connect(person, verb=["read", "create"])
    ok(person.patch("/api/me", json={"agents_read_only": True}))
    with server.client(made["access_token"]) as client:
        params = {"name": "create_note", "arguments": {"title": "x", "text": ""}}
        asking = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        assert client.post("/mcp", json=asking).json()["result"]["isError"] is True
