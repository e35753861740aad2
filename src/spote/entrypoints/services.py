"""What every door needs of the running app."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from spote.domain import accounts, mail, search, tokens
from spote.settings import Settings
from spote.storage import BlobStore, Database


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    database: Database
    usage: tokens.TokenUsage
    passwords: accounts.PasswordPool
    by_meaning: search.SearchByMeaning | None
    blobs: BlobStore
    mailer: mail.Mailer


def services(request: HTTPConnection) -> Services:
    return request.app.state.services  # type: ignore[no-any-return]
