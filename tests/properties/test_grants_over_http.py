"""A word that stands only in what a token may not see comes in none of its answers, and in no line of the log."""

import io
import itertools
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spote.domain.tokens import Access
from spote.identity import ALL_VERBS
from tests.properties.soak import examples
from tests.properties.worlds import BUCKETS, CANARY, TAGS, TITLES, WORDS, Plan, plans
from tests.servers import Server, new_token, running

SEARCHED = [*WORDS, *TITLES, CANARY, "zqc", f"milk {CANARY}"]
numbers = itertools.count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Server]:
    with running(
        tmp_path_factory.mktemp("grants") / "data",
        database_url=database_url,
        sign_up="open",
        network_attempts=100_000,
        requests_per_minute=10_000_000,
        log_level="debug",
    ) as server:
        yield server
    assert CANARY not in server.log()


class Account:
    """The account of a plan, made over HTTP; `agent` is the token that may not see everything."""

    def __init__(self, server: Server, plan: Plan, stack: ExitStack) -> None:
        self.plan = plan
        self.person = stack.enter_context(
            closing(server.sign_up(f"ada{next(numbers)}@example.org"))
        )
        self.agent, other = (
            stack.enter_context(server.client(new_token(self.person, label)))
            for label in ("Me", "Other")
        )
        makers = {"me": self.agent, "other": other, "person": self.person}
        self.note_ids = [
            self._make(index, makers[note.maker]) for index, note in enumerate(plan.notes)
        ]
        self.relation_ids = list(self._relate())
        for index, note in enumerate(plan.notes):
            if note.is_trashed:
                made(self.person.delete(f"/api/notes/{self.note_ids[index]}"))
        token_id = made(self.agent.get("/api/settings/token/self"))["_id"]
        access = Access.of(plan.grant).model_dump(mode="json")
        made(self.person.patch(f"/api/settings/token/{token_id}", json={"access": access}))

    def _make(self, index: int, maker: httpx.Client) -> str:
        first, *others = (
            self._body(index, step) for step in range(len(self.plan.notes[index].states))
        )
        note_id = str(made(maker.post("/api/notes", json=first))["_id"])
        for body in others:
            made(maker.put(f"/api/notes/{note_id}", json=body))
        return note_id

    def _body(self, index: int, step: int) -> dict[str, Any]:
        values = self.plan.notes[index].states[step]
        links = [f"[[{TITLES[to % len(TITLES)]}]]" for to in values.links]
        text = " ".join([f"note{index}step{step}", *values.words, *links])
        title, tags = values.title, [*values.tags]
        if not (self.plan.sees(index) and self.plan.covers(values)):
            title, text, tags = f"{title} {CANARY}", f"{CANARY} {text} #{CANARY}", [*tags, CANARY]
        return {"title": title, "text": text, "bucket": values.bucket, "tags": tags}

    def _relate(self) -> Iterator[str]:
        for source, target, kind in self.plan.relations:
            if source != target and max(source, target) < len(self.note_ids):
                if not (self.plan.sees(source) and self.plan.sees(target)):
                    kind = f"{kind} {CANARY}"
                wish = {"target_id": self.note_ids[target], "kind": kind}
                path = f"/api/notes/{self.note_ids[source]}/relations"
                yield str(made(self.person.post(path, json=wish))["_id"])


def made(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


@examples(5, 300)
@given(plans(st.just(ALL_VERBS)))
def test_hidden_words_come_in_no_answer(server: Server, plan: Plan) -> None:
    with ExitStack() as stack:
        account = Account(server, plan, stack)
        seen = [account.agent.get(path, params=params) for path, params in questions(account)]
        live = plan.visible(trashed=False)
        for answer in seen:
            says_nothing(answer)
        assert account.agent.get("/api/notes").headers["X-Total-Count"] == str(len(live))
        for index, note_id in enumerate(account.note_ids):
            status = 200 if index in live else 404
            assert account.agent.get(f"/api/notes/{note_id}").status_code == status
        for answer in attempts(account):
            says_nothing(answer)
            assert answer.status_code == 404
        for path, params in questions(account):
            says_nothing(account.agent.get(path, params=params))


def says_nothing(answer: httpx.Response) -> None:
    assert answer.status_code < 500
    where = f"{answer.request.method} {answer.request.url}"
    asked = str(answer.request.url)
    for name, value in answer.headers.items():
        if name.lower() != "link" or CANARY not in asked:
            assert CANARY not in value, where
    if answer.headers.get("content-type") == "application/zip":
        with ZipFile(io.BytesIO(answer.content)) as archive:
            for entry in archive.namelist():
                assert CANARY not in entry
                assert CANARY.encode() not in archive.read(entry), entry
    else:
        assert CANARY not in answer.text, where


def questions(account: Account) -> Iterator[tuple[str, dict[str, Any]]]:
    for fields, sort in itertools.product(("all", "summary"), ("created_at", "updated_at")):
        yield "/api/notes", {"fields": fields, "sort": sort}
    for path in (
        "/api/trash",
        "/api/buckets",
        "/api/tags",
        "/api/me/export",
        "/api/settings/token",
    ):
        yield path, {}
    yield "/api/notes", {"buckets": BUCKETS, "tags": TAGS, "limit": 1}
    yield "/api/notes", {"tags": CANARY}
    for q in SEARCHED:
        yield "/api/notes/search", {"q": q, "limit": 2}
    for note_id in account.note_ids:
        yield f"/api/notes/{note_id}", {}
        yield f"/api/notes/{note_id}/relations", {}
        yield f"/api/notes/{note_id}/history", {"diff": "true"}
        for version in range(1, 4):
            yield f"/api/notes/{note_id}/history/{version}", {"diff": "true"}


def attempts(account: Account) -> Iterator[httpx.Response]:
    """Changes of what is hidden; each must look as if there were nothing."""
    agent, plan = account.agent, account.plan
    for index, note_id in enumerate(account.note_ids):
        if plan.sees(index):
            continue
        path = f"/api/notes/{note_id}"
        yield agent.put(path, json={"text": "taken", "version": 1})
        yield agent.patch(path, json={"op": "append", "text": "more"})
        yield agent.patch(path, json={"op": "replace", "find": CANARY, "text": ""})
        yield agent.delete(path)
        yield agent.post(f"/api/trash/{note_id}/restore")
        yield agent.post(f"{path}/history/1/restore")
        for relation_id in account.relation_ids:
            yield agent.delete(f"{path}/relations/{relation_id}")
        for other in account.note_ids:
            wish = {"target_id": other, "kind": "cites"}
            yield agent.post(f"{path}/relations", json=wish)
            if other != note_id:
                wish = {"target_id": note_id, "kind": "cites"}
                yield agent.post(f"/api/notes/{other}/relations", json=wish)
