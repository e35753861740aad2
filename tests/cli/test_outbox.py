"""`spote outbox`: the operator reads and hands on what no mail server took."""

from contextlib import closing
from pathlib import Path

from spote.domain.mail import Mail
from spote.domain.mail.outbox import put_into_outbox
from spote.domain.mail.writing import message_of
from spote.settings import load_settings
from tests.cli.conftest import Spote
from tests.entrypoints.calls import new_note, ok
from tests.mails import invite, token_in
from tests.servers import Server


def lay(data: Path, subject: str, *paragraphs: str) -> None:
    mail = Mail(to="bob@example.org", subject=subject, paragraphs=paragraphs)
    put_into_outbox(data, message_of(mail, load_settings()))


def test_an_invitation_can_be_handed_on_from_the_outbox(server: Server) -> None:
    with (
        closing(server.sign_up("o@example.org")) as owner,
        closing(server.sign_up("g@example.org")) as guest,
    ):
        note = new_note(owner, "Plan")
        invite(server, owner, note["_id"], "someone@example.org")
        listed = server.run("outbox").stdout
        [line] = [one for one in listed.splitlines() if "someone@example.org" in one]
        shown = server.run("outbox", line.split()[0]).stdout
        assert shown.startswith("To: someone@example.org\nSubject: Ada shares the note “Plan”")
        token = token_in(shown)
        assert token not in listed
        assert ok(guest.post("/api/shares/accept", json={"token": token}))


def test_an_empty_outbox_and_an_unknown_mail(spote: Spote) -> None:
    assert spote("outbox").code == 0
    ended = spote("outbox", "nothing")
    assert ended.code == 1
    assert "no such mail" in ended.err


def test_what_a_terminal_would_obey_is_not_shown(spote: Spote, data: Path) -> None:
    lay(data, "Plain", "evil \x1b[31mred\x07")
    name = spote("outbox").out.splitlines()[1].split()[0]
    for out in (spote("outbox").out, spote("outbox", name).out):
        assert "\x1b" not in out
        assert "\x07" not in out


def test_the_newest_comes_first(spote: Spote, data: Path) -> None:
    for number in range(3):
        lay(data, f"Mail {number}")
    subjects = [line.rpartition("  ")[2] for line in spote("outbox").out.splitlines()[1:]]
    assert subjects == ["Mail 2", "Mail 1", "Mail 0"]
