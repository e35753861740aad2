"""The main job from end to end: a person lets an agent into their notes, watches it, and sends it away."""

from contextlib import closing

from tests.entrypoints.calls import Note, challenge, ok, refused, titles
from tests.servers import PASSWORD, Server


def test_a_person_and_their_agent(server: Server) -> None:
    # Ada signs up and writes two notes, one of them private.
    with closing(server.sign_up("ada@example.org")) as ada:
        plan = ok(
            ada.post(
                "/api/notes",
                json={
                    "title": "Launch plan",
                    "text": "# Launch\n\n## Todo\n\n- book a hall #launch\n",
                    "bucket": "Work",
                },
            ),
            201,
        )
        diary: Note = ok(
            ada.post(
                "/api/notes", json={"title": "Diary", "text": "launch nerves", "bucket": "Private"}
            ),
            201,
        )

        # She makes a token for her agent: it may read, create and append, at Work alone.
        access = {"verbs": ["read", "create", "append"], "buckets": ["Work"]}
        made = ok(
            ada.post(
                "/api/settings/token",
                json={"label": "Claude Desktop", "expires_in_days": 90, "access": access},
            ),
            201,
        )

        with server.client(made["token"]) as agent:
            # The agent finds the plan, and no diary.
            myself = ok(agent.get("/api/settings/token/self"))
            assert myself["label"] == "Claude Desktop"
            found = ok(agent.get("/api/notes/search", params={"q": "launch"}))
            assert [one["title"] for one in found] == ["Launch plan"]
            assert ok(agent.get("/api/buckets")) == [{"name": "Work", "count": 1}]
            refused(agent.get(f"/api/notes/{diary['_id']}"), 404, "not_found")

            # It adds a line and a note of its own; a retry changes nothing.
            path = f"/api/notes/{plan['_id']}"
            added = ok(
                agent.patch(path, json={"op": "append", "text": "- order flowers", "version": 1})
            )
            assert added["text"].endswith("- book a hall #launch\n- order flowers")
            draft = {"title": "Guest list", "text": "see [[Launch plan]]", "bucket": "Work"}
            key = {"Idempotency-Key": "guest-list-1"}
            guests = ok(agent.post("/api/notes", json=draft, headers=key), 201)
            assert ok(agent.post("/api/notes", json=draft, headers=key), 201) == guests

            # It may not rewrite or delete, nor write elsewhere.
            answer = agent.put(path, json={"text": ""})
            refused(answer, 403, "insufficient_scope")
            assert challenge(answer)["scope"] == "edit"
            refused(agent.delete(path), 403, "insufficient_scope")
            refused(
                agent.post("/api/notes", json={"title": "x", "text": ""}), 403, "insufficient_scope"
            )

            # Meanwhile Ada has edited from an old version; she is told, and nothing is lost.
            stale = ada.put(path, json={"text": "# Launch\n\nrewritten", "version": 1})
            conflict = refused(stale, 409, "version_conflict")
            assert "flowers" in conflict["current"]["text"]
            assert "flowers" not in conflict["base"]["text"]
            merged = conflict["current"]["text"] + "\n- rewritten"
            saved = ok(
                ada.put(path, json={"text": merged, "version": conflict["current"]["version"]})
            )
            assert saved["version"] == 3

            # The history says who did what, and the links lead back.
            history = ok(ada.get(f"{path}/history", params={"diff": "true"}))
            assert [one["updated_by"]["token_label"] for one in history] == [
                None,
                "Claude Desktop",
                None,
            ]
            assert "+- order flowers" in history[1]["diff"]
            related = ok(ada.get(f"{path}/relations"))
            assert [one["title"] for one in related["backlinks"]] == ["Guest list"]

            # Ada sees the use, switches all agents to read-only, and back.
            [listed] = ok(ada.get("/api/settings/token"))
            assert listed["last_used_at"] is not None
            assert "token" not in listed
            ok(ada.patch("/api/me", json={"agents_read_only": True}))
            refused(
                agent.patch(path, json={"op": "append", "text": "x"}), 403, "insufficient_scope"
            )
            assert titles(agent.get("/api/notes")) == ["Guest list", "Launch plan"]
            ok(ada.patch("/api/me", json={"agents_read_only": False}))

            # She deletes the guest list, changes her mind, and revokes the token.
            ok(ada.delete(f"/api/notes/{guests['_id']}"), 204)
            refused(agent.get(f"/api/notes/{guests['_id']}"), 404, "not_found")
            ok(ada.post(f"/api/trash/{guests['_id']}/restore"))
            assert ok(agent.get(f"/api/notes/{guests['_id']}"))["title"] == "Guest list"
            ok(ada.delete(f"/api/settings/token/{made['_id']}"), 204)
            refused(agent.get("/api/notes"), 401, "invalid_token")
        assert ok(ada.get(f"{path}/history/2"))["updated_by"]["token_label"] == "Claude Desktop"

        # In the end she deletes her account, and nothing remains.
        answer = ada.request("DELETE", "/api/me", json={"password": PASSWORD})
        assert answer.status_code == 204
        refused(ada.get("/api/notes"), 401, "invalid_token")
