"""The shapes of Personal Access Tokens (tokens.md), and their limits."""

from datetime import datetime
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from spote.domain.requests.model import Incoming
from spote.domain.tokens.places import bucket_name, printable_line, tag_name
from spote.domain.tokens.secret import contains_token
from spote.identity import PRESETS, Grant, Verb

PLACES_LIMIT = 100  # buckets, exceptions or tags in one grant
GRACE_LIMIT_SECONDS = 86_400
EXPIRY_LIMIT_DAYS = 36_500


def _is_no_token(value: str) -> str:
    if contains_token(value):
        raise ValueError("must be a name for the token, not a token")
    return value.strip()


Label = Annotated[
    str,
    Field(min_length=1, max_length=100, examples=["Claude Desktop"]),
    AfterValidator(printable_line),
    AfterValidator(_is_no_token),
]
Bucket = Annotated[str, Field(max_length=1_000, examples=["Work"]), AfterValidator(bucket_name)]
Tag = Annotated[str, Field(max_length=1_000, examples=["idea"]), AfterValidator(tag_name)]
ExpiryDays = Annotated[int, Field(ge=1, le=EXPIRY_LIMIT_DAYS)]


class Access(BaseModel):
    """A grant as it is written in JSON: verbs × places."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verbs: tuple[Verb, ...] = Field(tuple(Verb), min_length=1, max_length=20)
    buckets: tuple[Bucket, ...] | None = Field(None, max_length=PLACES_LIMIT)
    except_buckets: tuple[Bucket, ...] = Field((), max_length=PLACES_LIMIT)
    tags: tuple[Tag, ...] | None = Field(None, max_length=PLACES_LIMIT)
    own_notes_only: bool = False

    def grant(self) -> Grant:
        return Grant(
            verbs=frozenset(self.verbs),
            buckets=self.buckets,
            except_buckets=self.except_buckets,
            tags=self.tags,
            own_notes_only=self.own_notes_only,
        )

    @classmethod
    def of(cls, grant: Grant) -> Self:
        return cls(
            verbs=tuple(verb for verb in Verb if verb in grant.verbs),
            buckets=grant.buckets,
            except_buckets=grant.except_buckets,
            tags=grant.tags,
            own_notes_only=grant.own_notes_only,
        )


class _Wishes(Incoming):
    """What a new and a changed token have in common: what it may do, and until when."""

    answer_fields: ClassVar[frozenset[str]] = frozenset(
        {
            "_id",
            "token",
            "hint",
            "state",
            "created_at",
            "last_used_at",
            "last_address",
            "last_client",
            "revoked_at",
            "revoked_because",
        }
    )

    expires_in_days: ExpiryDays | None = None
    expires_at: AwareDatetime | None = None
    access: Access | None = None
    preset: str | None = Field(None, json_schema_extra={"enum": [*PRESETS]})

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> Self:
        if self.preset is not None and self.preset not in PRESETS:
            raise ValueError(f"preset must be one of {', '.join(PRESETS)}")
        if (
            self.preset is not None
            and self.access is not None
            and self.access.verbs != _verbs(self.preset)
        ):
            raise ValueError("give access or preset, not both")
        if self.expires_in_days is not None and self.expires_at is not None:
            raise ValueError("give expires_in_days or expires_at, not both")
        return self

    def wished_grant(self) -> Grant | None:
        if self.access is not None:
            return self.access.grant()
        return None if self.preset is None else Grant(verbs=PRESETS[self.preset])


class TokenDraft(_Wishes):
    label: Label


class TokenChange(_Wishes):
    """Fields that are left out stay as they are; `expires_at: null` means: never."""

    label: Label | None = None

    @property
    def changes_expiry(self) -> bool:
        return "expires_at" in self.model_fields_set or self.expires_in_days is not None


class Rotation(Incoming):
    grace_seconds: int = Field(0, ge=0, le=GRACE_LIMIT_SECONDS)


class TokenReport(Incoming):
    token: str = Field(max_length=1_000)


class Token(BaseModel):
    """What is shown of a token: everything but the token."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    id: str = Field(alias="_id")
    label: str
    hint: str  # the last four characters
    access: Access
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_address: str | None
    last_client: str | None
    revoked_at: datetime | None
    revoked_because: str | None
    state: str  # live, expired, revoked


class NewToken(Token):
    """Shown once, in the answer that made it."""

    token: str


class Budget(BaseModel):
    """Requests that a token may still make in this minute."""

    model_config = ConfigDict(frozen=True)

    limit: int
    remaining: int
    resets_at: datetime


class SelfDescription(BaseModel):
    """What a token learns about itself."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    id: str = Field(alias="_id")
    label: str
    access: Access
    effective_verbs: tuple[Verb, ...]  # less than access.verbs while all agents are read-only
    agents_read_only: bool
    created_at: datetime
    expires_at: datetime | None
    budget: Budget


def _verbs(preset: str) -> tuple[Verb, ...]:
    return tuple(verb for verb in Verb if verb in PRESETS[preset])
