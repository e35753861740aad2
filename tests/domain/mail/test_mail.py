"""Mails: both forms, whom they can go to, headers that nobody adds to, the outbox, real mail servers."""

import os
import ssl
import stat
import time
from email import message_from_bytes, policy

import pytest
import trustme

from spote.domain import mail
from spote.domain.mail.writing import message_of
from spote.errors import MailFailed, NotFound
from spote.settings import BadSettings, Settings, load_settings
from tests.mails import postbox, text_of

MAIL = mail.Mail(
    to="Bob.O'Neil+x@example.org",
    subject="Ada shares the note “Plan” with you",
    paragraphs=("Ada <script>alert(1)</script> & more", 'Second "quoted"'),
    link="https://notes.example.org/app/invitation#abc_-1",
    link_text="Open the note",
    footer="Sent by Spote.",
)
INJECTIONS = [
    "x\r\nBcc: all@example.org",
    "x\nBcc: all@example.org",
    "x\rBcc: all@example.org",
    "x\u2028Bcc: all@example.org",
    "x\x85Bcc: all@example.org",
    "x\x00y",
    "=?utf-8?q?x=0d=0aBcc=3a_all=40example=2eorg?=",
    "x\r\n\r\n<html>",
]


@pytest.fixture
def settings(tmp_path):
    return Settings(data=tmp_path / "data", public_url="https://notes.example.org")


def with_server(settings, url, **more):
    return Settings.model_validate({**settings.model_dump(), "smtp_url": url, **more})


def test_both_forms_say_the_same_and_html_runs_nothing(settings):
    message = message_of(MAIL, settings)
    plain, html = text_of(message), text_of(message, "html")
    for words in ("Ada", "Second", MAIL.link, "Open the note", "Sent by"):
        assert words in plain
        assert words in html
    assert "<script>alert(1)</script>" in plain
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "src=" not in html
    assert message["From"] == "Spote <spote@notes.example.org>"
    assert message["To"] == MAIL.to
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@notes.example.org>")


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_header_can_be_added(settings, text):
    bad = mail.Mail(to=MAIL.to, subject=text, paragraphs=(text,), link_text=text)
    written = message_from_bytes(message_of(bad, settings).as_bytes(), policy=policy.default)
    assert sorted(written.keys()) == sorted(
        [
            *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
            *("MIME-Version", "Content-Type"),
        ]
    )
    assert written["Bcc"] is None
    assert "\n" not in str(written["Subject"])
    with pytest.raises(MailFailed):
        message_of(mail.Mail(to=f"{text}@example.org", subject="x", paragraphs=()), settings)


@pytest.mark.parametrize(
    "address",
    ["a@b", "ada@example.org", "a.b+c_d~e!#$%&'*/?=^`{|}-@ex-ample.org", "zoë@bücher.example"],
)
def test_addresses_that_mails_go_to(settings, address):
    assert mail.is_mailable(address)
    message = message_of(mail.Mail(to=address, subject="x", paragraphs=()), settings)
    assert len(message["To"].addresses) == 1
    assert message["To"].addresses[0].domain.isascii()


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "@",
            "a@",
            "@b",
            "a b@example.org",
            "a,b@example.org",
            "a@b@c",
            "<a@b.org>",
            '"a"@b.org',
        ),
        *("a@[127.0.0.1]", ".a@b.org", "a.@b.org", "a..b@b.org", "a@b..org", "a@.org", "a@-b.org"),
        *(
            "a@b-.org",
            "a@b_c.org",
            "x" * 65 + "@b.org",
            "a@" + "x" * 64 + ".org",
            "a;b@c.org",
            "a\\b@c.org",
        ),
        *("a\u00a0b@c.org", "a\u200b\u2028@c.org", "a:b@c.org", "a(b)@c.org"),
    ],
)
def test_addresses_that_none_goes_to(settings, address):
    assert not mail.is_mailable(address)
    with pytest.raises(MailFailed):
        message_of(mail.Mail(to=address, subject="x", paragraphs=()), settings)


async def test_without_a_server_mails_lie_in_the_outbox_for_the_operator_alone(settings, caplog):
    await mail.Mailer(settings).send(MAIL)
    [listed] = mail.list_outbox(settings.data)
    assert (listed.to, listed.subject) == (MAIL.to, MAIL.subject)
    assert mail.read_outbox(settings.data, listed.name[-12:]) == listed
    assert MAIL.link in listed.text
    folder = settings.data / "outbox"
    [file] = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "outbox" in caplog.text
    assert "abc_-1" not in caplog.text
    for name in ("", "nothing", "../x"):
        with pytest.raises(NotFound):
            mail.read_outbox(settings.data, name)


async def test_an_outbox_that_cannot_be_written_fails_the_mail(settings):
    settings.data.mkdir()
    (settings.data / "outbox").write_text("in the way")
    with pytest.raises(MailFailed):
        await mail.Mailer(settings).send(MAIL)


async def test_the_outbox_is_swept_of_old_mails_and_of_what_a_kill_left(settings):
    await mail.Mailer(settings).send(MAIL)
    await mail.Mailer(settings).send(MAIL)
    old, kept = sorted((settings.data / "outbox").iterdir())
    half = settings.data / "outbox" / ".half"
    half.touch()
    os.utime(old, (0, time.time() - 31 * 86_400))
    os.utime(half, (0, time.time() - 7_200))
    assert mail.sweep_outbox(settings.data) == 2
    assert list((settings.data / "outbox").iterdir()) == [kept]
    assert mail.sweep_outbox(settings.data / "nowhere") == 0


async def test_a_real_server_takes_both_forms(settings):
    with postbox() as box:
        await mail.Mailer(with_server(settings, box.url)).send(MAIL)
    [got], [envelope] = box.mails, box.envelopes
    assert envelope.mail_from == "spote@notes.example.org"
    assert envelope.rcpt_tos == [MAIL.to]
    assert got["Subject"] == MAIL.subject
    assert MAIL.link in text_of(got)
    assert MAIL.link in text_of(got, "html")
    assert mail.list_outbox(settings.data) == []


async def test_umlauts_reach_a_server_that_takes_them(settings):
    with postbox() as box:
        to = mail.Mail(to="zoë@bücher.example", subject="ä", paragraphs=("ö",))
        await mail.Mailer(with_server(settings, box.url)).send(to)
    assert box.envelopes[0].rcpt_tos == ["zoë@xn--bcher-kva.example"]


async def test_the_sender_is_a_setting(settings):
    with postbox() as box:
        url = with_server(settings, box.url, mail_from='"Nötes, Inc" <no-reply@example.org>')
        await mail.Mailer(url).send(MAIL)
    assert box.envelopes[0].mail_from == "no-reply@example.org"


@pytest.fixture
def certificates(tmp_path, monkeypatch):
    """A server's, which this process trusts."""
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(server)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return server


async def test_a_password_travels_only_within_tls(settings, certificates):
    with postbox(starttls=certificates, login="spote:se:cr@t") as box:
        url = f"smtp://spote:se%3Acr%40t@localhost:{box.port}"
        await mail.Mailer(with_server(settings, url)).send(MAIL)
        assert len(box.mails) == 1
        wrong = f"smtp://spote:wrong@localhost:{box.port}"
        with pytest.raises(MailFailed):
            await mail.Mailer(with_server(settings, wrong, smtp_timeout_seconds=1)).send(MAIL)
        assert len(box.mails) == 1
    with postbox() as plain:
        url = f"smtp://spote:secret@127.0.0.1:{plain.port}"
        with pytest.raises(MailFailed):  # it offers no STARTTLS
            await mail.Mailer(with_server(settings, url)).send(MAIL)
        assert plain.mails == []


async def test_tls_from_the_start(settings, certificates):
    with postbox(tls=certificates) as box:
        await mail.Mailer(with_server(settings, f"smtps://localhost:{box.port}")).send(MAIL)
    assert len(box.mails) == 1


async def test_a_certificate_of_nobody_is_refused(settings, tmp_path):
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("localhost").configure_cert(server)
    with postbox(starttls=server) as box, pytest.raises(MailFailed):
        await mail.Mailer(with_server(settings, f"smtp://localhost:{box.port}")).send(MAIL)
    assert box.mails == []


@pytest.mark.parametrize("trouble", ["refused", "absent", "slow", "hangs up"])
async def test_a_server_in_trouble_fails_the_mail_in_time(settings, trouble):
    began = time.monotonic()
    with postbox() as box:
        url = box.url
        if trouble == "refused":
            box.refusal = "550 No such user"
        if trouble == "slow":
            box.delay_seconds = 30
        if trouble == "hangs up":
            box.refusal = "421 Going down"
        if trouble == "absent":
            url = "smtp://127.0.0.1:1"
        with pytest.raises(MailFailed):
            await mail.Mailer(with_server(settings, url, smtp_timeout_seconds=0.5)).send(MAIL)
        assert time.monotonic() - began < 15
        assert box.mails == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("smtp_url", "mail.example.org"),
        ("smtp_url", "http://mail.example.org"),
        ("smtp_url", "smtp://"),
        ("smtp_url", "smtp://user:hidden@host:99999"),
        ("smtp_url", "smtp://user:hidden@host/path"),
        ("smtp_url", "smtp://user:hidden@host?tls=no"),
        ("mail_from", "nobody"),
        ("mail_from", "a@b\nBcc: c@d"),
        ("invitation_days", 0),
    ],
)
def test_settings_that_cannot_be_used_say_so_without_the_password(name, value):
    with pytest.raises(BadSettings) as refused:
        load_settings(**{name: value})
    assert f"SPOTE_{name.upper()}" in str(refused.value)
    assert "hidden" not in str(refused.value)


def test_the_password_is_never_shown():
    settings = Settings.model_validate({"smtp_url": "smtps://user:hidden@host"})
    assert "hidden" not in repr(settings) + str(settings.model_dump())


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("https://notes.example.org/x", "Spote <spote@notes.example.org>"),
        ("http://192.0.2.1:8000", "Spote <spote@localhost>"),
        ("http://[2001:db8::1]", "Spote <spote@localhost>"),
        ("", "Spote <spote@localhost>"),
    ],
)
def test_the_usual_sender_is_an_address_of_the_server(url, sender):
    assert Settings(public_url=url).mail_sender == sender
