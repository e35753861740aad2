"""`/api/notes/:id/relations`: links made on purpose, links in the texts, backlinks."""

import httpx
import pytest

from tests.entrypoints.calls import field_names, new_note, ok, refused, sql
from tests.servers import Server, new_token

ABSENT = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def pair(person: httpx.Client) -> tuple[str, str]:
    """The ids of two notes: Source and Target."""
    return new_note(person, "Source")["_id"], new_note(person, "Target", bucket="Work")["_id"]


def relate(person: httpx.Client, source: str, target: str, **more: object) -> httpx.Response:
    return person.post(f"/api/notes/{source}/relations", json={"target_id": target, **more})


def test_a_relation_shows_at_both_ends(person: httpx.Client, pair: tuple[str, str]) -> None:
    source, target = pair
    made = ok(relate(person, source, target, kind="explains"), 201)
    assert set(made) == {"_id", "kind", "direction", "note", "created_at", "token_label"}
    assert (made["kind"], made["direction"], made["token_label"]) == ("explains", "out", None)
    assert made["note"] == {"_id": target, "title": "Target", "bucket": "Work"}
    assert ok(person.get(f"/api/notes/{source}/relations")) == {
        "relations": [made],
        "links": [],
        "backlinks": [],
    }
    [other] = ok(person.get(f"/api/notes/{target}/relations"))["relations"]
    assert (other["_id"], other["direction"]) == (made["_id"], "in")
    assert other["note"]["title"] == "Source"


def test_the_kind_is_related_unless_given(person: httpx.Client, pair: tuple[str, str]) -> None:
    assert ok(relate(person, *pair), 201)["kind"] == "related"
    refused(relate(person, *pair), 409, "relation_exists")
    refused(relate(person, *pair, kind="related"), 409, "relation_exists")
    assert ok(relate(person, *pair, kind="other"), 201)
    assert ok(relate(person, *reversed(pair)), 201)


@pytest.mark.parametrize("kind", ["", " ", "x" * 51, "a\nb", None, 7])
def test_a_bad_kind_is_refused(person: httpx.Client, pair: tuple[str, str], kind: object) -> None:
    answer = relate(person, *pair, kind=kind)
    refused(answer, 400, "invalid_input")
    assert field_names(answer) == ["kind"]


def test_both_ends_must_be_there(
    person: httpx.Client, stranger: httpx.Client, pair: tuple[str, str]
) -> None:
    foreign = new_note(stranger)["_id"]
    for other in (ABSENT, foreign, "x"):
        refused(relate(person, pair[0], other), 404, "not_found")
        refused(relate(person, other, pair[0]), 404, "not_found")
    refused(relate(person, pair[0], pair[0]), 409, "same_note")
    answer = person.post(f"/api/notes/{pair[0]}/relations", json={})
    assert field_names(answer) == ["target_id"]


def test_a_relation_is_removed_from_either_end(person: httpx.Client, pair: tuple[str, str]) -> None:
    for end in pair:
        relation = ok(relate(person, *pair), 201)["_id"]
        path = f"/api/notes/{end}/relations/{relation}"
        ok(person.delete(path), 204)
        refused(person.delete(path), 404, "not_found")
    assert ok(person.get(f"/api/notes/{pair[0]}/relations"))["relations"] == []


def test_a_relation_of_other_notes_is_not_removed_from_here(
    person: httpx.Client, stranger: httpx.Client, pair: tuple[str, str]
) -> None:
    relation = ok(relate(person, *pair), 201)["_id"]
    third = new_note(person, "Third")["_id"]
    refused(person.delete(f"/api/notes/{third}/relations/{relation}"), 404, "not_found")
    refused(stranger.delete(f"/api/notes/{pair[0]}/relations/{relation}"), 404, "not_found")
    assert len(ok(person.get(f"/api/notes/{pair[0]}/relations"))["relations"]) == 1


def test_a_relation_survives_the_trash_and_ends_with_the_note(
    person: httpx.Client, pair: tuple[str, str]
) -> None:
    source, target = pair
    ok(relate(person, source, target), 201)
    ok(person.delete(f"/api/notes/{target}"), 204)
    assert ok(person.get(f"/api/notes/{source}/relations"))["relations"] == []
    ok(person.post(f"/api/trash/{target}/restore"))
    assert len(ok(person.get(f"/api/notes/{source}/relations"))["relations"]) == 1
    ok(person.delete(f"/api/notes/{target}", params={"permanent": "true"}), 204)
    assert ok(person.get(f"/api/notes/{source}/relations"))["relations"] == []


def test_relations_name_the_token_that_made_them(
    server: Server, person: httpx.Client, pair: tuple[str, str]
) -> None:
    with server.client(new_token(person, "Robot")) as agent:
        assert ok(relate(agent, *pair), 201)["token_label"] == "Robot"
    with server.client(new_token(person, preset="add")) as agent:
        refused(relate(agent, *pair, kind="x"), 403, "insufficient_scope")
        [relation] = ok(agent.get(f"/api/notes/{pair[0]}/relations"))["relations"]
        path = f"/api/notes/{pair[0]}/relations/{relation['_id']}"
        refused(agent.delete(path), 403, "insufficient_scope")


def test_links_in_texts_are_found_both_ways(person: httpx.Client, pair: tuple[str, str]) -> None:
    _, target = pair
    text = f"[[target]] [[Target|alias]] [[Nowhere]] http://host/app/note/{target} `[[Code]]`"
    linking = new_note(person, "Linking", text)
    links = ok(person.get(f"/api/notes/{linking['_id']}/relations"))["links"]
    there = {"_id": target, "title": "Target", "bucket": "Work"}
    assert [(link["target"], link["note"]) for link in links] == [
        ("target", there),
        ("Target", there),
        ("Nowhere", None),
        (target, there),
    ]
    here = {"_id": linking["_id"], "title": "Linking", "bucket": "Inbox"}
    assert ok(person.get(f"/api/notes/{target}/relations"))["backlinks"] == [here]


def test_a_link_by_title_finds_a_note_that_comes_later(person: httpx.Client) -> None:
    early = new_note(person, "Early", "[[Later]]")["_id"]
    assert ok(person.get(f"/api/notes/{early}/relations"))["links"][0]["note"] is None
    later = new_note(person, "LATER")["_id"]
    assert ok(person.get(f"/api/notes/{early}/relations"))["links"][0]["note"]["_id"] == later
    assert [one["_id"] for one in ok(person.get(f"/api/notes/{later}/relations"))["backlinks"]] == [
        early
    ]
    ok(person.put(f"/api/notes/{early}", json={"text": "no more"}))
    assert ok(person.get(f"/api/notes/{later}/relations"))["backlinks"] == []


def test_of_notes_with_one_title_the_oldest_is_meant(person: httpx.Client) -> None:
    first = new_note(person, "Same")["_id"]
    new_note(person, "same")
    linking = new_note(person, "x", "[[SAME]]")["_id"]
    assert ok(person.get(f"/api/notes/{linking}/relations"))["links"][0]["note"]["_id"] == first


def test_links_to_notes_of_others_lead_nowhere(
    person: httpx.Client, stranger: httpx.Client
) -> None:
    foreign = new_note(stranger, "Foreign")["_id"]
    linking = new_note(person, "x", f"[[Foreign]] /app/note/{foreign}")["_id"]
    links = ok(person.get(f"/api/notes/{linking}/relations"))["links"]
    assert [link["note"] for link in links] == [None, None]
    assert ok(stranger.get(f"/api/notes/{foreign}/relations"))["backlinks"] == []


def test_a_note_with_many_relations_takes_and_loses_another(
    server: Server, person: httpx.Client, pair: tuple[str, str]
) -> None:
    source, target = pair
    sql(
        server,
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 600)"
        " INSERT INTO relations (account_id, id, source_id, target_id, kind, created_at, by_account)"
        " SELECT account_id, 'r' || n || :source, :source, :target, 'kind ' || n, 1, account_id"
        " FROM notes CROSS JOIN numbers WHERE id = :source",
        source=source,
        target=target,
    )
    relation = ok(relate(person, source, target, kind="one more"), 201)["_id"]
    ok(person.delete(f"/api/notes/{target}/relations/{relation}"), 204)
