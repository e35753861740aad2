"""A small life in notes, for screenshots and for tests that want a full page."""

import httpx

from tests.servers import Server, new_token

LAUNCH = """Everything we need before the **1.0** of the notes server. Owned by #team/web, tracked under #launch and
#writing.

## This week

- [x] Import the old wiki
- [x] Agents can write notes by API
- [ ] Dark theme pass on the editor
- [ ] Phone layout, see [[Design tokens]]

> Keep the author's bytes. Opening a note must never change it.

## How a save works

```mermaid
flowchart LR
  Editor -->|markdown| Merge --> Changed{Changed?}
  Changed -->|yes| SQLite[(SQLite)]
  Changed -->|no| Nothing[Nothing to do]
```

## Numbers

| Metric         | Before |  After |
|:---------------|:------:|-------:|
| First load     | 238 KB |  71 KB |
| Search p95     | 120 ms |  22 ms |
| Notes / second |   40   |    310 |
"""

NOTES = [
    ("Gift ideas", "Home", "A hand grinder, the blue enamel pot, a month of Portuguese lessons. #home"),
    ("Agent runbook", "Work", "How the nightly agent files summaries through the API with a personal access token."
     " #agents #launch"),
    ("読書メモ:失敗の科学", "Reading", "失敗から学ぶ組織の条件について。 #reading #日本語"),
    ("Lisbon in four days", "Home", "Alfama early, Belém late. Book the tram 28 before eight. #travel"),
    ("Retro notes — sprint 32", "Work", "What went well: search is fast. What hurt: merge dialogs."
     " #retro #team/web"),
    ("Sourdough, take 14", "Home", "75 % hydration, 20 % starter, cold proof for 16 h. Crumb is finally open."
     " #baking #log"),
    ("Design tokens", "Work", "Colours, spacing and type for the web app. #design #team/web\n\n"
     "- indigo is the accent\n- 8 px grid\n"),
    ("Launch plan 🚀", "Work", LAUNCH),
]  # fmt: skip


def fill(server: Server, email: str = "ada@example.org", name: str = "Ada Kim") -> httpx.Client:
    """A person with notes, one of which an agent changed, and tokens; their client."""
    person = server.sign_up(email, name)
    ids = {}
    for title, bucket, text in NOTES:
        note = {"title": title, "bucket": bucket, "text": text}
        answer = person.post("/api/notes", json=note)
        assert answer.status_code == 201, answer.text
        ids[title] = answer.json()["_id"]
    gone = person.post("/api/notes", json={"title": "Old draft", "text": "Nobody needs it."}).json()
    assert person.delete(f"/api/notes/{gone['_id']}").status_code == 204
    new_token(person, "weekly-digest", preset="read", expires_in_days=90)
    new_token(person, "laptop CLI")
    runner = {"User-Agent": "nightly-agent/2.1"}
    token = new_token(
        person, "nightly-agent", access={"verbs": ["read", "append"], "buckets": ["Work"]}
    )
    with server.client(token) as agent:
        agent.headers.update(runner)
        path = f"/api/notes/{ids['Retro notes — sprint 32']}"
        edit = {"op": "append", "text": "\n\n- [ ] Ask Jon about the merge dialog\n"}
        assert agent.patch(path, json=edit).status_code == 200
    return person
