"""Who acts and what they may do: `Actor`, and its `Grant` of verbs × places (tokens.md, "Grants")."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

import uuid_utils

from spote.errors import NotAllowed


def new_id() -> str:
    """A UUID of version 7: later ones sort after earlier ones, also within a millisecond of one process."""
    return str(uuid_utils.uuid7())


def new_secret_id() -> str:
    """A UUID of version 4: 122 random bits, so that knowing one tells nothing of others."""
    return str(uuid.uuid4())


class Verb(StrEnum):
    READ = "read"
    CREATE = "create"
    APPEND = "append"
    EDIT = "edit"
    DELETE = "delete"
    SHARE = "share"
    TOKENS = "tokens"


ALL_VERBS = frozenset(Verb)
PRESETS: dict[str, frozenset[Verb]] = {
    "read": frozenset({Verb.READ}),
    "add": frozenset({Verb.READ, Verb.CREATE, Verb.APPEND}),
    "write": frozenset({Verb.READ, Verb.CREATE, Verb.APPEND, Verb.EDIT, Verb.DELETE}),
    "full": ALL_VERBS,
}


@dataclass(frozen=True, slots=True)
class Grant:
    """Verbs × places. A place named `Work` covers the bucket `Work` and every bucket below `Work/`."""

    verbs: frozenset[Verb] = ALL_VERBS
    buckets: tuple[str, ...] | None = None  # allow list; None: all
    except_buckets: tuple[str, ...] = ()  # always wins
    tags: tuple[str, ...] | None = None  # notes bearing any of them; None: all
    own_notes_only: bool = False  # only notes that this very credential created

    @property
    def reaches_everything(self) -> bool:
        return (
            self.buckets is None
            and not self.except_buckets
            and self.tags is None
            and not self.own_notes_only
        )

    def covers(self, bucket: str, tags: Iterable[str]) -> bool:
        """Whether a note in this bucket with these tags lies inside the places."""
        return self.covers_bucket(bucket) and (
            self.tags is None or not set(self.tags).isdisjoint(tags)
        )

    def covers_bucket(self, bucket: str) -> bool:
        allowed = self.buckets is None or any(_is_under(bucket, place) for place in self.buckets)
        return allowed and not any(_is_under(bucket, place) for place in self.except_buckets)

    def is_within(self, other: "Grant") -> bool:
        """Whether nothing can be done with this grant that could not be done with the other."""
        return (
            self.verbs <= other.verbs
            and self._buckets_within(other)
            and (
                other.tags is None or (self.tags is not None and set(self.tags) <= set(other.tags))
            )
            and (self.own_notes_only or not other.own_notes_only)
        )

    def _buckets_within(self, other: "Grant") -> bool:
        if other.buckets is not None and (
            self.buckets is None
            or not all(
                any(_is_under(mine, place) for place in other.buckets) for mine in self.buckets
            )
        ):
            return False
        return all(self._avoids(place) for place in other.except_buckets)

    def _avoids(self, place: str) -> bool:
        if any(_is_under(place, mine) for mine in self.except_buckets):
            return True
        return self.buckets is not None and not any(
            _is_under(mine, place) or _is_under(place, mine) for mine in self.buckets
        )


FULL_ACCESS = Grant()


def _is_under(bucket: str, place: str) -> bool:
    return bucket == place or bucket.startswith(place + "/")


class Via(StrEnum):
    """The door that a change came through, as `updated_by.via` shows it."""

    WEB = "web"
    API = "api"
    MCP = "mcp"
    IMPORT = "import"


class CredentialKind(StrEnum):
    SESSION = "session"  # a person, signed in
    TOKEN = "token"  # an agent or script
    LOCAL = "local"  # the operator, at the command line of the server itself


@dataclass(frozen=True, slots=True)
class Actor:
    """An account, through one credential and one door, with that credential's grant."""

    account_id: str
    grant: Grant
    kind: CredentialKind
    credential_id: str
    via: Via
    label: str | None = None  # the token's label
    client: str | None = None  # User-Agent, or the MCP client's name
    agents_read_only: bool = False  # the account's switch has narrowed this grant to `read`
    expires_at: int | None = (
        None  # of the credential, in ms since 1970; None: it does not end by itself
    )
    # False where this snapshot of the database is known to have no note of others for the account: queries then look
    # at its own notes alone. It grants nothing.
    may_have_shared_notes: bool = field(default=True, compare=False)

    @property
    def reaches_shared_notes(self) -> bool:
        """Whether a note of somebody else may be within reach: none is one that this credential made."""
        return self.may_have_shared_notes and not self.grant.own_notes_only

    def require(self, *verbs: Verb) -> None:
        """Any one of the verbs is enough.

        Raises:
            NotAllowed: the grant has none of them.
        """
        if self.grant.verbs.isdisjoint(verbs):
            raise NotAllowed(self._refusal(verbs[0]), scope=verbs[0].value)

    def may(self, verb: Verb) -> bool:
        return verb in self.grant.verbs

    def require_person(self) -> None:
        """What no token may ever do: the account's settings, its password, removing for good.

        Raises:
            NotAllowed: the credential is a token, or has no power at all.
        """
        if self.kind is CredentialKind.TOKEN or self.grant.verbs != ALL_VERBS:
            raise NotAllowed(
                "Only the signed-in owner can do this, never a token.", code="owner_only"
            )

    def require_token(self) -> None:
        """Raises NotAllowed where the caller is not a token."""
        if self.kind is not CredentialKind.TOKEN:
            raise NotAllowed("Only a token can ask this about itself.", code="token_only")

    def within(self, verbs: frozenset[Verb]) -> "Actor":
        """The same actor with no other verbs than these."""
        return replace(self, grant=replace(self.grant, verbs=self.grant.verbs & verbs))

    def _refusal(self, verb: Verb) -> str:
        if self.agents_read_only:
            return (
                "The owner of this account has switched all agents to read-only. "
                "Nothing can be changed through a token until they switch it off."
            )
        has = ", ".join(sorted(self.grant.verbs)) or "nothing"
        return (
            f"This needs the right to '{verb.value}', and this token has: {has}. "
            "Its owner can widen it in Settings."
        )
