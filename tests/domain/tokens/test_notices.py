"""Owners are told by mail: 7 days and 1 day before a token expires, and when somebody reported one. Each once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from spote import app
from spote.domain import accounts, mail, tokens
from spote.entrypoints.services import Services
from spote.storage import BlobStore, open_database
from tests.mails import outbox, postbox

DAY = 86_400_000


@pytest.fixture
def make_token(write, person, sql):
    """`make_token(days_left, age=…)`; both may be fractions."""

    def make(days_left=None, age=30.0, label="Backup script"):
        made = write(tokens.create_token, person, tokens.TokenDraft(label=label))
        left = None if days_left is None else round(days_left * DAY)
        sql(
            "UPDATE tokens SET created_at = created_at - :age, expires_at = created_at + :left"
            " WHERE id = :id RETURNING id",
            id=made.id,
            age=round(age * DAY),
            left=left,
        )
        return made

    return make


@pytest.fixture
def at(settings, database):
    passwords = accounts.PasswordPool()
    yield _services(settings, database, tokens.TokenUsage(), passwords)
    passwords.close()


def _services(settings, database, usage, passwords):
    return Services(
        settings, database, usage, passwords, None, BlobStore(settings), mail.Mailer(settings)
    )


def subjects(settings):
    return sorted(one.subject.rpartition(" on ")[0] for one in outbox(settings.data))


@pytest.mark.parametrize(
    ("days_left", "age", "mails"),
    [
        (30, 60, 0),
        (7.1, 60, 0),
        (6.9, 60, 1),
        (1.1, 60, 1),
        (0.9, 60, 1),  # the one of 7 days was missed, and is not sent belatedly
        (-0.1, 60, 0),
        (None, 60, 0),
        (3, 0, 0),  # whoever made it for three days knows
        (0.5, 2, 1),
    ],
)
async def test_who_is_told_when(at, settings, make_token, days_left, age, mails):
    make_token(days_left, age)
    for _ in range(3):
        await app.send_notices(at)
    assert subjects(settings) == ["Your token “Backup script” expires"] * mails


async def test_the_mail_names_the_token_by_label_and_end_alone(at, settings, make_token, person):
    made = make_token(6)
    await app.send_notices(at)
    [one] = outbox(settings.data)
    assert one.to == "ada@example.org"
    assert made.token[-4:] in one.text
    assert made.token[:-4] not in one.text + one.subject
    assert "/app/settings/tokens" in one.text


async def test_both_mails_come_each_at_its_time(at, settings, make_token, sql):
    made = make_token(6)
    await app.send_notices(at)
    sql("UPDATE token_notices SET about = about - :d RETURNING 1", d=5 * DAY + DAY // 2)
    sql(
        "UPDATE tokens SET expires_at = expires_at - :d WHERE id = :id RETURNING 1",
        id=made.id,
        d=5 * DAY + DAY // 2,
    )
    for _ in range(3):
        await app.send_notices(at)
    assert len(outbox(settings.data)) == 2


async def test_another_end_brings_another_mail(at, settings, make_token, write, person):
    made = make_token(6)
    await app.send_notices(at)
    write(tokens.update_token, person, made.id, tokens.TokenChange(expires_in_days=5))
    await app.send_notices(at)
    assert len(outbox(settings.data)) == 2


async def test_what_became_pointless_is_not_sent(at, settings, make_token, write, person, sql):
    revoked, later, gone = make_token(6), make_token(6), make_token(6)
    write(tokens.plan_notices)
    write(tokens.revoke_token, person, revoked.id)
    write(tokens.update_token, person, later.id, tokens.TokenChange(expires_in_days=300))
    sql("UPDATE token_notices SET about = 1 WHERE token_id = :id RETURNING 1", id=gone.id)
    sql("UPDATE tokens SET expires_at = 1 WHERE id = :id RETURNING 1", id=gone.id)
    await app.send_notices(at)
    assert outbox(settings.data) == []
    assert sql("SELECT count(*) FROM token_notices WHERE sent_at IS NULL") == [(0,)]


async def test_the_owner_of_a_reported_token_is_told_once(at, settings, make_token, write):
    made = make_token()
    for _ in range(2):
        write(tokens.report_token, made.token, network="192.0.2.1")
    write(tokens.report_token, "spote_" + "0" * 32, network="192.0.2.1")
    for _ in range(2):
        await app.send_notices(at)
    [one] = outbox(settings.data)
    assert one.subject == "Your token “Backup script” was reported and is revoked"
    assert made.token[:-4] not in one.text


def test_of_several_servers_one_sends(settings, database, make_token):
    for number in range(5):
        make_token(6, label=f"Token {number}")
    with closing(open_database(settings)) as other, ThreadPoolExecutor(6) as threads:
        taken = list(
            threads.map(lambda n: (database, other)[n % 2].write_now(app._take_notices), range(12))
        )
    assert sorted(len(some) for some in taken if some) == [5]


async def test_a_mail_that_failed_goes_later_and_one_that_was_taken_by_a_killed_server_too(
    at, settings, make_token, sql
):
    make_token(6)
    with postbox() as box:
        settings = settings.model_copy(update={"smtp_url": type(settings.smtp_url)(box.url)})
        at = _services(settings, at.database, at.usage, at.passwords)
        box.refusal = "451 Not now"
        await app.send_notices(at)
        box.refusal = ""
        await app.send_notices(at)
        assert box.mails == []  # not before its time
        sql("UPDATE token_notices SET try_at = 0 RETURNING 1")
        assert len(at.database.write_now(app._take_notices)) == 1  # and then killed
        await app.send_notices(at)
        assert box.mails == []
        sql("UPDATE token_notices SET try_at = 0 RETURNING 1")
        for _ in range(2):
            await app.send_notices(at)
    assert len(box.mails) == 1


def test_a_token_of_an_hour_brings_no_mail(read, make_token):
    make_token(0.04, age=0.001)
    assert not read(tokens.has_notices)
