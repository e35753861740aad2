"""Agents search as people do over REST: by words and by meaning, and what was just saved is found."""

from contextlib import closing
from functools import partial

import httpx
import pytest

from tests.entrypoints.calls import new_note, ok
from tests.entrypoints.mcp.agents import DOORS, call, connected, refusal
from tests.servers import Server, new_token, running
from tests.waiting import until


@pytest.fixture(autouse=True, scope="module")
def loaded(server: Server) -> None:
    """The first note brings the model into memory, which may take longer than a search waits."""
    with closing(server.sign_up("first@example.org")) as person:
        new_note(person, "First", "Something")
        ask = partial(person.get, "/api/notes/search", params={"q": "anything"})
        until(lambda: ask().headers["X-Search-Mode"] == "hybrid")


def fill(person: httpx.Client) -> None:
    new_note(person, "Bröd", "Surdegen ska vila över natten innan den gräddas i ugnen.")
    new_note(person, "Bilen", "Bromsarna gnisslar när det regnar; tid på verkstaden på fredag.")
    new_note(person, "Skatt", "Deklarationen ska vara inne i maj, annars blir det böter.")


@pytest.mark.parametrize("door", DOORS)
async def test_an_agent_finds_what_a_person_finds(server: Server, person: httpx.Client, door: str):
    fill(person)
    q = "when is the car being repaired?"
    async with connected(server, new_token(person), door) as client:
        found = await call(client, "search_notes", query=q)
    [first, *_] = found["notes"]
    assert (first["title"], first["matched_by"], found["mode"]) == ("Bilen", ["meaning"], "hybrid")
    assert "verkstaden" in first["passage"]
    over_rest = ok(person.get("/api/notes/search", params={"q": q}))
    assert [(one["id"], one["score"], one["passage"]) for one in found["notes"]] == [
        (one["_id"], one["score"], one["snippet"]["text"]) for one in over_rest
    ]


async def test_the_way_of_searching_can_be_chosen(server: Server, person: httpx.Client):
    fill(person)
    async with connected(server, new_token(person)) as client:
        for mode in ("hybrid", "semantic", "keyword"):
            found = await call(client, "search_notes", query="Bromsarna", mode=mode)
            assert (found["mode"], found["notes"][0]["title"]) == (mode, "Bilen")
        found = await call(client, "search_notes", query="car repair", mode="keyword")
        assert found["notes"] == []


async def test_what_was_just_created_is_found(server: Server, person: httpx.Client):
    async with connected(server, new_token(person)) as client:
        for number, subject in enumerate(("heron", "violin", "glacier", "passport", "lantern")):
            made = await call(client, "create_note", title=f"Note {number}", text=f"A {subject}.")
            found = await call(client, "search_notes", query=subject, mode="semantic")
            assert found["notes"][0]["id"] == made["id"]


async def test_similar_notes_are_those_of_rest(server: Server, person: httpx.Client):
    fill(person)
    note = new_note(person, "Sourdough", "Let the dough rest overnight, then bake it.")
    async with connected(server, new_token(person)) as client:
        found = await call(client, "similar_notes", id=note["_id"], limit=2)
        said = await refusal(client, "similar_notes", id="nothing")
    over_rest = ok(person.get(f"/api/notes/similar/{note['_id']}", params={"limit": 2}))
    assert [one["id"] for one in found["notes"]] == [one["_id"] for one in over_rest]
    assert found["notes"][0]["title"] == "Bröd"
    assert "There is no such note" in said


async def test_a_new_note_that_means_the_same_as_another_is_pointed_out(
    server: Server, person: httpx.Client
):
    fill(person)
    new_note(
        person, "Sourdough", "Let the dough rest overnight in the fridge, then bake it in a pot."
    )
    async with connected(server, new_token(person)) as client:
        await call(client, "search_notes", query="so that they are embedded")
        text = "Dough has to wait for a night in a cold place before it goes into the hot pot."
        made = await call(client, "create_note", title="Baking bread", text=text)
        assert [one["title"] for one in made["similar"]] == ["Sourdough"]
        other = await call(client, "create_note", title="Shopping", text="Milk, eggs, batteries.")
        assert "similar" not in other


async def test_without_search_by_meaning_words_must_do(tmp_path):
    with (
        running(tmp_path / "data", search_by_meaning="false") as server,
        closing(server.sign_up()) as person,
    ):
        fill(person)
        async with connected(server, new_token(person)) as client:
            found = await call(client, "search_notes", query="Bromsarna")
            assert (found["mode"], len(found["notes"])) == ("keyword", 1)
            said = await refusal(client, "search_notes", query="Bromsarna", mode="semantic")
            assert "mode=keyword" in said
            made = await call(client, "create_note", title="Bilen", text="")
            assert [one["title"] for one in made["similar"]] == ["Bilen"]
            unseen = await call(client, "create_note", title="\u200b", text="")
            assert "similar" not in unseen
