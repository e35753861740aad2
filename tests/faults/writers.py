"""Clients that write without a pause and note down what was acknowledged, for comparing after a crash."""

import random
import threading
from dataclasses import dataclass
from typing import Any

import httpx

WORDS = [
    "milk",
    "bread #home",
    "[[Plan]]",
    "Zürich",
    "日本語",
    "naïve",
    "#work/deep",
    "🦊",
    "`#code`",
]


@dataclass(frozen=True)
class State:
    """What a note is, as far as its answers said."""

    version: int
    text: str
    is_trashed: bool = False


@dataclass
class Known:
    """What was acknowledged of a note, and what may have come of a request without an answer."""

    state: State
    pending: State | None = None

    def allows(self, found: State | None) -> bool:
        return found is not None and found in (self.state, self.pending)


class Writer:
    """One client with notes and tokens of its own; it ends when the server does."""

    def __init__(self, name: str, url: str, token: str, seed: int) -> None:
        self.name = name
        self.notes: dict[str, Known] = {}
        self.unanswered: dict[str, str] = {}  # texts by titles: notes that may be there
        self.live_tokens: dict[str, str] = {}  # secrets by ids
        self.dead_tokens: dict[str, str] = {}
        self.surprises: list[str] = []
        self._random = random.Random(seed)
        self._made = 0
        self._client = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        self._thread = threading.Thread(target=self._write, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join(30)
        assert not self._thread.is_alive(), f"{self.name} still waits for the server"

    def _write(self) -> None:
        acts = [self._create] * 3 + [self._update] * 3 + [self._append] * 3
        acts += [self._delete, self._restore, self._make_token, self._revoke]
        try:
            while True:
                self._random.choice(acts)()
        except httpx.TransportError:
            return
        finally:
            self._client.close()

    def _create(self) -> None:
        self._made += 1
        title, text = f"{self.name} {self._made}", self._text()
        self.unanswered[title] = text
        answer = self._send(
            "POST", "/api/notes", 201, title=title, text=text, bucket=self._random.choice("ABC")
        )
        if answer is not None:
            del self.unanswered[title]
            self.notes[answer["_id"]] = Known(State(1, text))

    def _update(self) -> None:
        if picked := self._pick(is_trashed=False):
            note_id, known = picked
            wanted = State(known.state.version + 1, f"{self._text()} {self._random.random()}")
            self._change(
                known,
                wanted,
                "PUT",
                f"/api/notes/{note_id}",
                text=wanted.text,
                version=known.state.version,
            )

    def _append(self) -> None:
        if picked := self._pick(is_trashed=False):
            note_id, known = picked
            line = f"{self._text()}\n"
            gap = "" if not known.state.text or known.state.text.endswith("\n") else "\n"
            wanted = State(known.state.version + 1, known.state.text + gap + line)
            self._change(known, wanted, "PATCH", f"/api/notes/{note_id}", op="append", text=line)

    def _delete(self) -> None:
        if picked := self._pick(is_trashed=False):
            note_id, known = picked
            wanted = State(known.state.version + 1, known.state.text, is_trashed=True)
            self._change(known, wanted, "DELETE", f"/api/notes/{note_id}", status=204)

    def _restore(self) -> None:
        if picked := self._pick(is_trashed=True):
            note_id, known = picked
            wanted = State(known.state.version + 1, known.state.text)
            self._change(known, wanted, "POST", f"/api/trash/{note_id}/restore")

    def _make_token(self) -> None:
        if len(self.live_tokens) < 5:
            answer = self._send("POST", "/api/settings/token", 201, label=self.name)
            if answer is not None:
                self.live_tokens[answer["_id"]] = answer["token"]

    def _revoke(self) -> None:
        if self.live_tokens:
            token_id = self._random.choice(list(self.live_tokens))
            secret = self.live_tokens.pop(token_id)  # without an answer: who knows
            if self._send("DELETE", f"/api/settings/token/{token_id}", 204) is not None:
                self.dead_tokens[token_id] = secret

    def _change(
        self, known: Known, wanted: State, method: str, path: str, status: int = 200, **body: Any
    ) -> None:
        known.pending = wanted
        answer = self._send(method, path, status, **body)
        if answer is not None:
            if answer and (answer["version"], answer["text"]) != (wanted.version, wanted.text):
                self.surprises.append(f"{method} {path}: {answer}, not {wanted}")
            known.state = wanted
        known.pending = None

    def _send(self, method: str, path: str, status: int, **body: Any) -> Any:
        """The body of the answer; None for an answer that was not hoped for."""
        answer = self._client.request(method, path, json=body or None)
        if answer.status_code != status:
            self.surprises.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            return None
        return answer.json() if answer.content else {}

    def _pick(self, *, is_trashed: bool) -> tuple[str, Known] | None:
        fitting = [item for item in self.notes.items() if item[1].state.is_trashed == is_trashed]
        return self._random.choice(fitting) if fitting else None

    def _text(self) -> str:
        return " ".join(self._random.choices(WORDS, k=self._random.randint(1, 40)))
