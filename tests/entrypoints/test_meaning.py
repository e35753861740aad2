"""Search by meaning over HTTP, with the embedded model: found at once, in other words and languages."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from spote.entrypoints import searching
from tests.entrypoints.calls import ok, wait_for_meaning
from tests.servers import Server, new_token, running
from tests.waiting import until

Agent = Callable[..., httpx.Client]
PATIENCE = timedelta(seconds=searching.PATIENCE)
SUBJECTS = [
    "heron",
    "violin",
    "glacier",
    "passport",
    "lantern",
    "beehive",
    "tractor",
    "umbrella",
    "cathedral",
    "marathon",
]
PLACES = [
    "harbour",
    "attic",
    "forest",
    "museum",
    "kitchen",
    "airport",
    "meadow",
    "cellar",
    "library",
    "stadium",
]


@pytest.fixture
def notes(agent: Agent, loaded: None) -> httpx.Client:
    return agent()


@pytest.fixture(scope="module")
def loaded(server: Server) -> None:
    """The first note brings the model into memory, which may take longer than a search waits."""
    with closing(server.sign_up("first@example.org")) as person:
        save(person, "First", "Something")
        wait_for_meaning(person)


def save(client: httpx.Client, title: str, text: str, **more: object) -> str:
    answer = client.post("/api/notes", json={"title": title, "text": text, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["_id"])


def search(client: httpx.Client, q: str, **wishes: str | int) -> httpx.Response:
    """The first answer that knows every note: a search waits for new ones, but not for as long as this may take."""
    return all_known(lambda: client.get("/api/notes/search", params={"q": q, **wishes}))


def all_known(ask: Callable[[], httpx.Response]) -> httpx.Response:
    def answer() -> httpx.Response | None:
        answer = ask()
        return None if waits(answer) else answer

    return until(answer)


def waits(answer: httpx.Response) -> bool:
    """Whether it says itself that notes are still to be read."""
    assert answer.status_code in (200, 503), answer.text
    return answer.status_code == 503 or answer.headers["X-Search-Waiting"] != "0"


def test_a_question_in_another_language_finds_the_note(notes: httpx.Client) -> None:
    save(notes, "Bröd", "Surdegen ska vila över natten innan den gräddas i ugnen.")
    save(notes, "Bilen", "Bromsarna gnisslar när det regnar; tid på verkstaden på fredag.")
    save(notes, "Skatt", "Deklarationen ska vara inne i maj, annars blir det böter.")
    answer = search(notes, "when is the car being repaired?")
    assert answer.headers["X-Search-Mode"] == "hybrid"
    first = answer.json()[0]
    assert first["title"] == "Bilen"
    assert "meaning" in first["matched_by"]
    assert 0 <= first["score"] <= 1
    assert (
        first["text"][first["snippet"]["start"] : first["snippet"]["end"]]
        == first["snippet"]["text"]
    )


def test_the_mode_can_be_chosen(notes: httpx.Client) -> None:
    save(notes, "Fault", "ERR_CONN_4711 appears when the proxy times out.")
    for mode in ("hybrid", "semantic", "keyword"):
        answer = search(notes, "ERR_CONN_4711", mode=mode)
        assert answer.headers["X-Search-Mode"] == mode
        assert answer.json()[0]["title"] == "Fault"
    assert notes.get("/api/notes/search", params={"q": "x", "mode": "psychic"}).status_code == 400


def test_similar_notes_leave_out_the_note_itself(
    notes: httpx.Client, stranger: httpx.Client
) -> None:
    source = save(notes, "Sourdough", "Let the dough rest overnight, then bake it.")
    save(notes, "Baguettes", "Knead flour, water and yeast; bake hot and short.")
    save(notes, "Taxes", "The declaration is due in May.")
    answer = all_known(lambda: notes.get(f"/api/notes/similar/{source}"))
    assert [note["title"] for note in answer.json()] == ["Baguettes", "Taxes"]
    assert stranger.get(f"/api/notes/similar/{source}").status_code == 404
    assert notes.get("/api/notes/similar/nothing").status_code == 404


def test_a_token_finds_by_meaning_only_in_its_places(notes: httpx.Client, agent: Agent) -> None:
    save(notes, "Secret recipe", "Grandmother's bread needs three days.", bucket="Private")
    save(notes, "Canteen", "Lunch is at noon.", bucket="Work")
    limited = agent(access={"verbs": ["read"], "buckets": ["Work"]})
    for mode in ("hybrid", "semantic"):
        assert [one["title"] for one in search(limited, "baking bread", mode=mode).json()] == [
            "Canteen"
        ]


@pytest.mark.parametrize("mode", ["hybrid", "semantic", "keyword"])
@pytest.mark.parametrize(
    "odd",
    ["%ED%A0%80", "%ED%BF%BF%ED%A0%80", "boats%ED%A0%80", "%00", "boats%00ships", "%FF", "%F0%9F"],
)
def test_what_is_no_text_in_a_query_finds_nothing_or_is_refused(
    notes: httpx.Client, odd: str, mode: str
) -> None:
    """Halves of surrogate pairs, NUL and bytes that are no UTF-8; a body's JSON is tested in test_common_rules.py."""
    save(notes, "Note", "Something about ships.")
    for name in ("q", "buckets", "tags"):
        wishes = f"q=ships&{name}={odd}" if name != "q" else f"q={odd}"
        answer = notes.get(f"/api/notes/search?mode={mode}&{wishes}")
        assert answer.status_code in (200, 400), answer.text
        if answer.status_code == 400:
            assert answer.json()["message"]
        elif name != "q":
            assert answer.json() == []
    assert notes.get(f"/api/notes/similar/{odd}").status_code == 404


def test_embeddings_are_in_no_answer(notes: httpx.Client) -> None:
    note = save(notes, "Note", "Something about ships.")
    for answer in (search(notes, "boats"), notes.get(f"/api/notes/{note}")):
        assert "vector" not in answer.text
        assert "embedding" not in answer.text


@pytest.mark.timeout(300)
def test_the_first_search_after_its_201_finds_a_note(
    server: Server, notes: httpx.Client, stranger: httpx.Client
) -> None:
    """200 times, while two others write without a pause worth the name; or it says, after its time, what it lacks."""
    stop = threading.Event()
    writers = [
        threading.Thread(target=_keep_writing, args=(server, new_token(stranger), stop)),
        threading.Thread(
            target=_keep_writing,
            args=(server, notes.headers["Authorization"].removeprefix("Bearer "), stop),
        ),
    ]
    for writer in writers:
        writer.start()
    late = 0
    try:
        for number in range(200):
            text = f"The {SUBJECTS[number % 10]} stands in the {PLACES[number // 10 % 10]}, row {number}."
            note = save(notes, f"Find {number}", text)
            wishes = {"q": text, "mode": "semantic", "limit": "50"}
            found = notes.get("/api/notes/search", params=wishes)
            if waits(found) and found.elapsed >= PATIENCE:
                late += 1
                assert late < 20, (number, found.headers)
            else:
                assert note in [one["_id"] for one in ok(found)], (number, found.headers)
    finally:
        stop.set()
        for writer in writers:
            writer.join()


def _keep_writing(server: Server, token: str, stop: threading.Event) -> None:
    with server.client(token) as client:
        number = 0
        while not stop.is_set():
            number += 1
            save(client, f"Noise {number}", f"Number {number} is about {SUBJECTS[number % 10]}s.")
            time.sleep(0.1)


@pytest.fixture(scope="module")
def plain_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("plain") / "data", search_by_meaning="false") as server:
        yield server


def test_switched_off_search_is_by_words_and_says_so(plain_server: Server) -> None:
    with closing(plain_server.sign_up()) as person, plain_server.client(new_token(person)) as notes:
        save(notes, "Errand", "Fetch the car.")
        answer = search(notes, "car")
        assert answer.headers["X-Search-Mode"] == "keyword"
        assert [one["title"] for one in answer.json()] == ["Errand"]
        refused = notes.get("/api/notes/search", params={"q": "car", "mode": "semantic"})
        assert refused.status_code == 503
        assert "mode=keyword" in refused.json()["message"]
        assert "Retry-After" in refused.headers


def test_reindex_brings_a_server_without_vectors_up_to_date(tmp_path: Path) -> None:
    with running(tmp_path / "data", search_by_meaning="false") as server:
        with closing(server.sign_up()) as person:
            for number in range(5):
                save(person, f"Note {number}", "A loaf of bread.")
        server.stop()
    with running(tmp_path / "data") as server:
        done = server.run("reindex")
        assert "words of 5 notes indexed" in done.stdout
        with server.client() as client:
            token = server.run("token", "create", "ada@example.org", "--label", "x").stdout.strip()
            client.headers["Authorization"] = f"Bearer {token}"
            assert len(search(client, "baking", mode="semantic").json()) == 5
