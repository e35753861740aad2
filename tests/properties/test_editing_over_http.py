"""Random changes by a person and an agent over HTTP: what is read is what was written, byte for byte, and by whom."""

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.soundness import contradictions
from tests.properties.soak import examples
from tests.servers import Server, new_token, running

BUCKETS = ["Inbox", "Work", "Work/Plans", "Ärger & Co", "50% off?"]
TAGS = ["home", "work", "work/deep", "c"]
WORDS = [
    "milk",
    "#home",
    "#work",
    "#c",
    "日本語",
    "naïve",
    "x\u0301",
    "🦊",
    "\\",
    '"',
    "\u2028",
    "\x7f",
    "\ufeff",
]
WHO = ["person", "agent"]
numbers = itertools.count()


@dataclass(frozen=True)
class State:
    change: str
    who: str
    text: str
    bucket: str
    tags: tuple[str, ...]
    is_trashed: bool = False


@dataclass(frozen=True)
class Step:
    """A change; which of these it needs depends on what it is."""

    what: str
    who: str
    note: int
    text: str
    bucket: str
    tag: str
    tags: list[str] | None
    version: int
    is_sent_twice: bool


texts = st.lists(st.sampled_from(WORDS), max_size=8).flatmap(
    lambda some: st.sampled_from([" ", "\n", "\r\n"]).map(lambda gap: gap.join(some))
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Server]:
    with running(
        tmp_path_factory.mktemp("editing") / "data",
        database_url=database_url,
        sign_up="open",
        network_attempts=100_000,
        requests_per_minute=10_000_000,
    ) as server:
        yield server
    assert contradictions(server.data, database_url) == []


class Account:
    """The notes as they are on the server, and the states that a plain model says they went through."""

    def __init__(self, server: Server, stack: ExitStack) -> None:
        person = stack.enter_context(closing(server.sign_up(f"ada{next(numbers)}@example.org")))
        agent = stack.enter_context(server.client(new_token(person, "Script")))
        self.clients = {"person": person, "agent": agent}
        self.models: dict[str, list[State]] = {}
        self._keys = itertools.count()

    def do(self, step: Step) -> None:
        getattr(self, f"_{step.what}")(step)

    def _create(self, step: Step) -> None:
        body = {"title": "Note", "text": step.text, "bucket": step.bucket, "tags": step.tags}
        key = {"Idempotency-Key": f"key {next(self._keys)}"}
        answers = [
            self.clients[step.who].post("/api/notes", json=body, headers=key)
            for _ in range(1 + step.is_sent_twice)
        ]
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        tags = hashtags(step.text) if step.tags is None else tuple(step.tags)
        note_id = answers[0].json()["_id"]
        self.models[note_id] = [State("created", step.who, step.text, step.bucket, tags)]

    def _update(self, step: Step) -> None:
        for note_id, states in self._some(step):
            body = {"text": step.text, "version": step.version}
            answer = self._send(step, "PUT", f"/api/notes/{note_id}", body)
            if step.version == len(states):
                assert answer.status_code == 200
                self._becomes(note_id, step, text=step.text, tags=retagged(states[-1], step.text))
            else:
                problem = answer.json()
                assert (answer.status_code, problem["code"]) == (409, "version_conflict")
                assert problem["current"]["text"] == states[-1].text
                is_known = step.version <= len(states)
                base = states[step.version - 1].text if is_known else None
                assert (problem["base"] or {"text": None})["text"] == base

    def _move(self, step: Step) -> None:
        for note_id, _ in self._some(step):
            body = {"bucket": step.bucket, "tags": step.tags or []}
            assert self._send(step, "PUT", f"/api/notes/{note_id}", body).status_code == 200
            self._becomes(note_id, step, bucket=step.bucket, tags=tuple(step.tags or ()))

    def _append(self, step: Step) -> None:
        for note_id, states in self._some(step):
            old, body = states[-1].text, {"op": "append", "text": step.text}
            assert self._send(step, "PATCH", f"/api/notes/{note_id}", body).status_code == 200
            starts_anew = (
                old and not old.endswith("\n") and not step.text.startswith(("\n", "\r\n"))
            )
            gap = (
                ("\r\n" if line_ending(old) == "\r\n" else "\n")
                if starts_anew and step.text
                else ""
            )
            text = old + gap + step.text
            self._becomes(note_id, step, text=text, tags=retagged(states[-1], text))

    def _trash(self, step: Step) -> None:
        for note_id, states in self._some(step):
            assert self._send(step, "DELETE", f"/api/notes/{note_id}").status_code == 204
            states.append(replace(states[-1], change="trashed", who=step.who, is_trashed=True))

    def _untrash(self, step: Step) -> None:
        for note_id, states in self._some(step, trashed=True):
            path = f"/api/trash/{note_id}/restore"
            assert self._send(step, "POST", path).status_code == 200
            states.append(replace(states[-1], change="untrashed", who=step.who, is_trashed=False))

    def _remove(self, step: Step) -> None:
        for note_id, _ in self._some(step):
            answer = self._send(step, "DELETE", f"/api/notes/{note_id}?permanent=true")
            assert answer.status_code == (204 if step.who == "person" else 403)
            if step.who == "person":
                del self.models[note_id]

    def _go_back(self, step: Step) -> None:
        for note_id, states in self._some(step):
            answer = self._send(
                step, "POST", f"/api/notes/{note_id}/history/{step.version}/restore"
            )
            assert answer.status_code == (200 if step.version <= len(states) else 404)
            if step.version <= len(states):
                old = states[step.version - 1]
                self._becomes(
                    note_id, step, "restored", text=old.text, bucket=old.bucket, tags=old.tags
                )

    def _rename_bucket(self, step: Step) -> None:
        old = BUCKETS[step.note % len(BUCKETS)]
        there = [note_id for note_id in self._live() if self.models[note_id][-1].bucket == old]
        answer = self._send(step, "PATCH", f"/api/buckets/{quoted(old)}", {"name": step.bucket})
        assert answer.status_code == (200 if there else 404)
        for note_id in there:
            self._becomes(note_id, step, bucket=step.bucket)

    def _delete_bucket(self, step: Step) -> None:
        there = [
            note_id for note_id in self._live() if self.models[note_id][-1].bucket == step.bucket
        ]
        answer = self._send(step, "DELETE", f"/api/buckets/{quoted(step.bucket)}")
        status = 204 if there else 404
        assert answer.status_code == (409 if step.bucket == "Inbox" else status)
        for note_id in there:
            self._becomes(note_id, step, bucket="Inbox")

    def _rename_tag(self, step: Step) -> None:
        old = TAGS[step.note % len(TAGS)]
        there = [note_id for note_id in self._live() if old in self.models[note_id][-1].tags]
        answer = self._send(step, "PATCH", f"/api/tags/{quoted(old)}", {"name": step.tag})
        assert answer.status_code == (200 if there else 404)
        for note_id in there:
            state = self.models[note_id][-1]
            text = re.sub(rf"(?<!\S)#{old}(?!\S)", f"#{step.tag}", state.text)
            tags = tuple(dict.fromkeys(step.tag if tag == old else tag for tag in state.tags))
            self._becomes(note_id, step, text=text, tags=tags)

    def _send(self, step: Step, method: str, path: str, body: Any = None) -> httpx.Response:
        content = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        return self.clients[step.who].request(method, path, content=content, headers=headers)

    def _some(self, step: Step, *, trashed: bool = False) -> list[tuple[str, list[State]]]:
        """One note, if there is any."""
        some = [item for item in self.models.items() if item[1][-1].is_trashed == trashed]
        return [some[step.note % len(some)]] if some else []

    def _live(self) -> list[str]:
        return [note_id for note_id, states in self.models.items() if not states[-1].is_trashed]

    def _becomes(self, note_id: str, step: Step, change: str = "updated", **new: Any) -> None:
        old = self.models[note_id][-1]
        wanted = replace(old, **new)
        if wanted != old:
            self.models[note_id].append(replace(wanted, change=change, who=step.who))

    def check(self) -> None:
        person, live = self.clients["person"], self._live()
        for note_id, states in self.models.items():
            self._check_note(person.get(f"/api/notes/{note_id}"), states)
            if note_id in live:
                self._check_history(note_id, states)
        listed = person.get("/api/notes", params={"limit": 200})
        assert {note["_id"]: note["text"] for note in listed.json()} == {
            note_id: self.models[note_id][-1].text for note_id in live
        }
        states = [self.models[note_id][-1] for note_id in live]
        assert counts(person.get("/api/buckets")) == Counter(one.bucket for one in states)
        assert counts(person.get("/api/tags")) == Counter(tag for one in states for tag in one.tags)
        trashed = person.get("/api/trash", params={"limit": 200}).json()
        assert {note["_id"] for note in trashed} == {*self.models} - {*live}

    def _check_note(self, answer: httpx.Response, states: list[State]) -> None:
        now = states[-1]
        assert answer.status_code == (404 if now.is_trashed else 200)
        if now.is_trashed:
            return
        note = answer.json()
        assert note["text"].encode() == now.text.encode()
        assert (note["bucket"], tuple(note["tags"])) == (now.bucket, now.tags)
        assert note["version"] == len(states)
        assert answer.headers["ETag"] == f'"{len(states)}"'

    def _check_history(self, note_id: str, states: list[State]) -> None:
        client, path = self.clients["agent"], f"/api/notes/{note_id}/history"
        found = client.get(path, params={"limit": 200}).json()[::-1]
        labels = {"person": None, "agent": "Script"}
        assert [
            (one["version"], one["change"], one["updated_by"]["token_label"]) for one in found
        ] == [(number, state.change, labels[state.who]) for number, state in enumerate(states, 1)]
        for number, state in enumerate(states, 1):
            past = client.get(f"{path}/{number}").json()
            assert (past["text"], past["bucket"]) == (state.text, state.bucket)


def hashtags(text: str) -> tuple[str, ...]:
    """In these tests' texts each hashtag stands alone."""
    return tuple(dict.fromkeys(word[1:] for word in text.split() if word.startswith("#")))


def retagged(old: State, text: str) -> tuple[str, ...]:
    before, after = hashtags(old.text), hashtags(text)
    kept = [tag for tag in old.tags if tag in after or tag not in before]
    return tuple(dict.fromkeys([*kept, *(tag for tag in after if tag not in before)]))


def line_ending(text: str) -> str:
    return "\r\n" if text.partition("\n")[0].endswith("\r") and "\n" in text else "\n"


def quoted(name: str) -> str:
    return "".join(f"%{byte:02X}" for byte in name.encode())


def counts(answer: httpx.Response) -> dict[str, int]:
    return {one["name"]: one["count"] for one in answer.json()}


CHANGES = [
    name[1:]
    for name in vars(Account)
    if re.fullmatch(r"_(?!check|send|some|live|becomes|_)\w+", name)
]
steps = st.builds(
    Step,
    what=st.sampled_from(["create", *CHANGES]),
    who=st.sampled_from(WHO),
    note=st.integers(0, 20),
    text=texts,
    bucket=st.sampled_from(BUCKETS),
    tag=st.sampled_from(TAGS),
    tags=st.none() | st.lists(st.sampled_from(TAGS), max_size=3, unique=True),
    version=st.integers(1, 4),
    is_sent_twice=st.booleans(),
)


@examples(15, 1000)
@given(first=st.lists(steps, min_size=3, max_size=5), then=st.lists(steps, min_size=5, max_size=40))
def test_notes_over_http_are_what_a_plain_model_says(
    server: Server, first: list[Step], then: list[Step]
) -> None:
    with ExitStack() as stack:
        account = Account(server, stack)
        for step in [*(replace(one, what="create") for one in first), *then]:
            account.do(step)
        account.check()
