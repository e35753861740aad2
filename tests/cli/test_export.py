"""An account's notes as files: `spote export` and `GET /api/me/export` tell the same."""

import io
import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from spote.domain import notes
from spote.identity import Actor
from spote.storage import Database
from tests.cli.conftest import EMAIL, Spote, actor_of, notes_of
from tests.servers import Server, running
from tests.waiting import until

Agent = Callable[..., httpx.Client]
TITLES = ["a/b", "A/B", "con", "..", "quotes \"and\" 'more'", "2024", " edge ", "日本語 😀"]


def create(client: httpx.Client, **note: object) -> str:
    answer = client.post("/api/notes", json={"text": "", **note})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["_id"])


def archive_of(client: httpx.Client) -> dict[str, str]:
    answer = client.get("/api/me/export")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def visible(files: dict[str, str]) -> list[str]:
    return sorted(name for name in files if not name.startswith(".spote/"))


def test_both_doors_give_the_same(
    server: Server, person: httpx.Client, fresh_email: str, tmp_path: Path
) -> None:
    for title in TITLES:
        create(person, title=title, text=f"# {title}\r\n", bucket="Work/Plans")
    target, folder = tmp_path / "out.zip", tmp_path / "out"
    assert server.run("export", fresh_email, str(target)).stdout == f"{target}\n"
    server.run("export", fresh_email, str(folder))
    files = archive_of(person)
    assert len(visible(files)) == len(TITLES)
    with zipfile.ZipFile(target) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == files
    on_disk = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    assert {name: path.read_bytes().decode() for name, path in on_disk.items()} == files
    assert target.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not list(tmp_path.glob(".spote*"))


def test_the_answer_is_a_download(server: Server, person: httpx.Client) -> None:
    answer = person.get("/api/me/export")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="spote-export-')
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_a_token_gets_what_it_reaches(person: httpx.Client, agent: Agent) -> None:
    inside = create(person, title="In", bucket="Work")
    create(person, title="Out", text="secret", bucket="Own")
    moved = create(person, title="Moved", text="secret", bucket="Own")
    person.put(f"/api/notes/{moved}", json={"text": "clean", "bucket": "Work"})
    files = archive_of(agent(access={"verbs": ["read"], "buckets": ["Work"]}))
    assert visible(files) == ["Work/In.md", "Work/Moved.md"]
    assert "secret" not in json.dumps(files)
    assert f".spote/history/{inside}.json" in files
    assert len(visible(archive_of(agent(preset="read")))) == 3


def test_who_may_not_gets_nothing(server: Server, agent: Agent) -> None:
    with server.client() as nobody:
        assert nobody.get("/api/me/export").status_code == 401
    with server.client("spote_" + "0" * 32) as wrong:
        assert wrong.get("/api/me/export").status_code == 401
    answer = agent(access={"verbs": ["create"]}).get("/api/me/export")
    assert answer.status_code == 403
    assert 'scope="read"' in answer.headers["www-authenticate"]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose one account has notes enough that an export takes a while."""
    folder = tmp_path_factory.mktemp("large")
    words = " ".join(f"word{n}" for n in range(20_000))
    for n in range(150):
        folder.joinpath(f"{n}.md").write_text(f"{n} {words}")
    with running(folder / "data") as server:
        server.sign_up("large@example.org").close()
        server.run("import", str(folder), "--email", "large@example.org")
        yield server


def test_a_token_revoked_while_the_archive_is_built_gets_nothing(large: Server) -> None:
    raw = large.run("token", "create", "large@example.org", "--label", "Export").stdout.strip()
    answers: list[httpx.Response] = []
    with large.client(raw) as agent:
        thread = threading.Thread(target=lambda: answers.append(agent.get("/api/me/export")))
        thread.start()
        time.sleep(0.05)
        assert agent.delete("/api/settings/token/self").status_code == 204
        thread.join()
    assert answers[0].status_code == 401
    assert leftovers(large) == []


def test_a_token_revoked_while_it_downloads_gets_no_more(large: Server) -> None:
    raw = large.run("token", "create", "large@example.org", "--label", "Download").stdout.strip()
    with large.client(raw) as agent, agent.stream("GET", "/api/me/export") as answer:
        assert answer.status_code == 200
        chunks = answer.iter_raw(64 * 1024)
        received = len(next(chunks))
        large.run("token", "revoke", "large@example.org", "Download")
        time.sleep(1.1)
        with pytest.raises(httpx.RemoteProtocolError):
            received += sum(map(len, chunks))
    assert received < int(answer.headers["content-length"])
    assert "Traceback" not in large.log()


def test_an_account_has_one_export_at_a_time_and_a_broken_off_one_counts_no_more(
    large: Server,
) -> None:
    raw = large.run("token", "create", "large@example.org", "--label", "Twice").stdout.strip()
    with large.client(raw) as agent:
        with agent.stream("GET", "/api/me/export") as answer:
            assert answer.status_code == 200
            with large.client(raw) as second:
                refused = second.get("/api/me/export")
            assert refused.status_code == 429
            assert int(refused.headers["retry-after"]) > 0
        until(lambda: agent.get("/api/me/export").status_code == 200)
    assert leftovers(large) == []


def leftovers(server: Server) -> list[str]:
    return [path.name for path in server.data.iterdir() if not path.name.startswith("spote.db")]


def test_readers_do_not_wait_for_an_export(large: Server) -> None:
    raw = large.run("token", "create", "large@example.org", "--label", "Quick").stdout.strip()
    with large.client(raw) as agent:
        thread = threading.Thread(target=lambda: agent.get("/api/me/export"))
        thread.start()
        slowest = 0.0
        while thread.is_alive():
            started = time.monotonic()
            assert agent.get("/api/notes?limit=1").status_code == 200
            slowest = max(slowest, time.monotonic() - started)
        thread.join()
    assert slowest < 15


def test_an_export_imported_elsewhere_is_the_same(
    spote: Spote, database: Database, actor: Actor, tmp_path: Path
) -> None:
    for n, title in enumerate(TITLES * 2):
        draft = notes.NoteDraft(title=title, text=f"---\n{n % 8}\r\n---\n#tag", bucket=f"b/{n % 3}")
        database.write_now(partial(notes.create_note, actor=actor, draft=draft))
    bob, eve = actor_of(database, "bob@example.org"), actor_of(database, "eve@example.org")
    spote("export", EMAIL, tmp_path / "a.zip")
    spote("export", EMAIL, tmp_path / "folder")
    assert "skipped 0" in spote("import", tmp_path / "a.zip", "--email", "bob@example.org").out
    assert "skipped 0" in spote("import", tmp_path / "folder", "--email", "eve@example.org").out
    assert what_counts(database, bob) == what_counts(database, actor)
    assert what_counts(database, eve) == what_counts(database, actor)


def what_counts(database: Database, actor: Actor) -> list[tuple[object, ...]]:
    return sorted(
        (note.title, note.text, note.bucket, note.tags, note.created_at, note.updated_at)
        for note in notes_of(database, actor)
    )


def test_nothing_is_overwritten(spote: Spote, actor: Actor, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    (tmp_path / "a.zip").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "dangling.zip").symlink_to(tmp_path / "nowhere.zip")
    for name in ("full", "a.zip", "dangling.zip"):
        ended = spote("export", EMAIL, tmp_path / name)
        assert (ended.code, ended.out) == (1, "")
        assert "exists" in ended.err
    assert (tmp_path / "a.zip").read_text() == "mine"
    assert spote("export", EMAIL, tmp_path / "empty").code == 0
    assert spote("export", EMAIL, tmp_path / "new" / "deep" / "b.ZIP").code == 0
    assert spote("export", "who@example.org", tmp_path / "c.zip").code == 1
    assert not (tmp_path / "c.zip").exists()
