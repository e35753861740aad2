"""The shapes of apps that ask to be let in (OAuth 2.1), and their limits."""

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from spote.domain.tokens import Access
from spote.errors import SpoteError
from spote.identity import Verb

OFFERED = (Verb.READ, Verb.CREATE, Verb.APPEND, Verb.EDIT, Verb.DELETE)  # scopes of apps
OFFLINE = "offline_access"
SCOPES = (*(verb.value for verb in OFFERED), OFFLINE)
NAME_LIMIT = 100  # characters of an app's name
URI_LIMIT = 2_000
URIS_LIMIT = 20  # redirect URIs of one app
ACCESS_SECONDS = 3_600
CODE_SECONDS = 60
REFRESH_DAYS = 90  # without use


class OAuthError(SpoteError):
    """As RFC 6749 §4.1.2.1 and §5.2 name it: `code` is its error, the message its description."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)


class AppClient(BaseModel):
    """An app as it introduced itself."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    redirect_uris: tuple[str, ...]


class ClientDraft(BaseModel):
    """A registration (RFC 7591 §2), or a client's metadata document; what we have no use for is not kept."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    client_name: str = Field("An app", max_length=1_000)
    redirect_uris: tuple[str, ...] = Field(min_length=1, max_length=URIS_LIMIT)
    grant_types: tuple[str, ...] = ("authorization_code", "refresh_token")
    response_types: tuple[str, ...] = ("code",)
    token_endpoint_auth_method: str = "none"
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What an app asks a person for, found to be in order."""

    client: AppClient
    redirect_uri: str
    challenge: str
    resource: str
    scopes: tuple[Verb, ...]
    state: str | None


@dataclass(frozen=True, slots=True)
class Issued:
    """Secrets, shown once."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scope: str
    expires_in: int  # seconds


class ConnectedApp(BaseModel):
    """An app in Settings → Connected apps."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    id: str = Field(alias="_id")
    name: str
    access: Access
    created_at: datetime
    last_used_at: datetime | None
    last_client: str | None
