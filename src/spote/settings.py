"""Every setting: its type, default and one sentence. Read from `SPOTE_*` in the environment."""

import os
import re
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

PREFIX = "SPOTE_"
SECRET = {"database_url", "smtp_url"}  # may hold a password, and is never shown
NOT_SETTINGS = {"SPOTE_TOKEN", "SPOTE_SOAK"}  # read by clients and by the tests


class SignUp(StrEnum):
    OPEN = "open"
    INVITED = "invited"
    CLOSED = "closed"


class LogFormat(StrEnum):
    JSON = "json"
    TEXT = "text"


class AppDocuments(StrEnum):
    ALWAYS = "always"
    PUBLIC = "public"
    NEVER = "never"


class BadSettings(Exception):
    """Says which setting is wrong and what to change, one line each."""


class Settings(BaseModel):
    """Plain pydantic: pydantic-settings would cost a tenth of a second at each start."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    data: Path = Field(
        Path("data"), description="The one folder that holds everything: database, files, backups."
    )
    database_url: str = Field(
        "",
        repr=False,
        description="A PostgreSQL database that holds accounts, notes and tokens instead of the data folder:"
        " `postgresql://user:password@host/name`, with several hosts if it has replicas that take over.",
    )
    host: str = Field(
        "127.0.0.1", description="The address to listen on; 0.0.0.0 for every network."
    )
    port: int = Field(8000, ge=1, le=65535, description="The port to listen on.")
    public_url: str = Field(
        "",
        description="The URL that people use, where a proxy stands before the server; else made of host and port.",
    )
    agent_origins: str = Field(
        "",
        description="Other sites, with commas, whose pages may speak to /mcp and /sse from a browser:"
        " `https://inspector.example.org`.",
    )
    app_documents: AppDocuments = Field(
        AppDocuments.PUBLIC,
        description="Whether apps may name a URL that describes them, which the server then reads: `always`, `never`,"
        " or `public`: where the public URL begins with https, as the server can then reach the internet.",
    )
    sign_up: SignUp = Field(
        SignUp.INVITED,
        description="Who may make an account: `open` everybody; `invited` the first, then people with an invitation;"
        " `closed` nobody but the command line.",
    )
    workers: int = Field(
        1, ge=1, le=64, description="How many server processes answer on the port."
    )
    reader_threads: int = Field(
        4, ge=1, le=64, description="Database readers in each server process."
    )
    writer_threads: int = Field(
        4,
        ge=1,
        le=64,
        description="Database writers in each server process, on PostgreSQL; SQLite has one.",
    )
    busy_seconds: float = Field(
        10,
        gt=0,
        le=120,
        description="How long a request waits for the database to be free, in seconds, before it gets a 503.",
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks, with commas, of proxies whose X-Forwarded-For is believed.",
    )
    note_max_bytes: int = Field(
        1024 * 1024,
        ge=1024,
        le=64 * 1024 * 1024,
        description="The longest text of one note, in bytes of UTF-8.",
    )
    body_max_bytes: int = Field(
        8 * 1024 * 1024,
        ge=4096,
        le=1024 * 1024 * 1024,
        description="The largest request body, in bytes; file uploads have their own limit.",
    )
    file_max_bytes: int = Field(
        25 * 1024 * 1024,
        ge=1024,
        le=1024**4,
        description="The largest file that can be uploaded, in bytes.",
    )
    account_files_max_bytes: int = Field(
        5 * 1024**3,
        ge=1024,
        le=1024**5,
        description="How much all files of one account may hold together, in bytes.",
    )
    file_grace_hours: int = Field(
        24,
        ge=1,
        le=87_600,
        description="Hours after which a file is removed that no note, history or trash refers to (any more); also"
        " how long an upload may take.",
    )
    s3_bucket: str = Field(
        "",
        description="A bucket of an S3-compatible store for the bytes of files; empty keeps them in `files` in the data"
        " folder.",
    )
    s3_prefix: str = Field(
        "", description="What the names of all objects in that bucket begin with."
    )
    s3_endpoint: str = Field(
        "", description="The URL of that store, where it is not Amazon's: http://127.0.0.1:9000."
    )
    s3_region: str = Field("us-east-1", description="The region of that bucket.")
    s3_access_key_id: str = Field(
        "",
        description="The key's id for that store; empty takes what the environment gives (`AWS_*`, a machine's role).",
    )
    s3_secret_access_key: SecretStr = Field(
        SecretStr(""), description="The secret that belongs to that key."
    )
    header_max_bytes: int = Field(
        32 * 1024,
        ge=4096,
        le=1024 * 1024,
        description="The largest request line and headers together, in bytes.",
    )
    requests_per_minute: int = Field(
        3000, ge=1, le=10_000_000, description="Requests that one token may make in a minute."
    )
    tokens_per_account: int = Field(
        500, ge=1, le=100_000, description="Live tokens that one account may have."
    )
    session_days: int = Field(
        30, ge=1, le=3650, description="Days after which a person must sign in again."
    )
    sign_in_attempts: int = Field(
        10,
        ge=1,
        le=10_000,
        description="Failed sign-ins for one e-mail address within 15 minutes before it must wait.",
    )
    network_attempts: int = Field(
        50,
        ge=1,
        le=100_000,
        description="Failed sign-ins, sign-ups or token reports of one network within 15 minutes before it must wait.",
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="The server that takes mails: `smtps://user:password@host`, or `smtp://` for STARTTLS where it is"
        " offered, which a password requires; without one, mails are laid into `outbox` in the data folder.",
    )
    smtp_timeout_seconds: float = Field(
        20, gt=0, le=300, description="How long that server may take for one mail, in seconds."
    )
    mail_from: str = Field(
        "",
        description="Whom mails come from, such as `Spote <spote@example.org>`; else spote@ and the host of the URL.",
    )
    invitation_days: int = Field(
        14, ge=1, le=365, description="Days after which an invitation to a note is void."
    )
    invitations: int = Field(
        50,
        ge=1,
        le=100_000,
        description="Invitations that one account may mail, and that one address may get, within 15 minutes.",
    )
    trash_days: int = Field(
        30, ge=1, le=3650, description="Days after which a note in the trash is removed for good."
    )
    search_by_meaning: bool = Field(
        True,
        description="Whether notes are found by meaning too; off spares a small machine 90 MB and the work.",
    )
    embedding_url: str = Field(
        "",
        description="An OpenAI-compatible service that makes the vectors for search instead of the embedded model,"
        " such as http://127.0.0.1:11434/v1; it gets the text of every note.",
    )
    embedding_model: str = Field(
        "",
        description="The model to ask that service for; needed where there is one. After a change notes are embedded"
        " anew.",
    )
    embedding_api_key: SecretStr = Field(
        SecretStr(""), description="The key for that service, where it wants one."
    )
    embedding_dimensions: int = Field(
        0,
        ge=0,
        le=4096,
        description="Numbers in each vector, where that model leaves the choice; 0 takes the model's own.",
    )
    embedding_batch: int = Field(
        32, ge=1, le=2048, description="The most texts in one request to that service."
    )
    embedding_timeout_seconds: float = Field(
        30,
        gt=0,
        le=600,
        description="How long one request to that service may take, in seconds; a search never waits for more than 2.",
    )
    search_memory_bytes: int = Field(
        64 * 1024 * 1024,
        ge=0,
        le=1024**4,
        description="How much each server process remembers of vectors, in bytes, about 0.5 KB a passage; the account"
        " that searched last is remembered whole.",
    )
    shutdown_seconds: int = Field(
        15,
        ge=1,
        le=600,
        description="How long running requests may take to finish when the server stops.",
    )
    metrics: bool = Field(False, description="Whether GET /metrics answers, for Prometheus.")
    log_level: str = Field(
        "info",
        pattern="^(debug|info|warning|error)$",
        description="The least important log lines to write: debug, info, warning or error.",
    )
    log_format: LogFormat = Field(
        LogFormat.JSON, description="How log lines look: `json`, or `text` for reading along."
    )

    @field_validator("embedding_model")
    @classmethod
    def _is_named(cls, value: str, others: ValidationInfo) -> str:
        if others.data.get("embedding_url") and not value:
            raise ValueError("must name a model of the service in SPOTE_EMBEDDING_URL")
        return value

    @field_validator("public_url", "embedding_url", "s3_endpoint")
    @classmethod
    def _is_a_web_address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or parts.fragment
        ):
            raise ValueError("must look like https://notes.example.org")
        return value.rstrip("/")

    @field_validator("agent_origins")
    @classmethod
    def _are_web_addresses(cls, value: str) -> str:
        for one in filter(None, map(str.strip, value.split(","))):
            parts = urlsplit(one)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
                raise ValueError("must look like https://inspector.example.org, without a path")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/")):
            raise ValueError("must look like postgresql://user:password@host/name")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _is_mail_server(value.get_secret_value()):
            raise ValueError("must look like smtps://user:password@mail.example.org")
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        _, address = parseaddr(value)
        if value and (not re.fullmatch(r"[^\s@]+@[^\s@]+", address) or not value.isprintable()):
            raise ValueError("must look like Spote <spote@example.org>")
        return value

    @field_validator("data")
    @classmethod
    def _is_absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @property
    def url(self) -> str:
        """The base URL of this server, without a slash at its end."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        host = f"[{host}]" if ":" in host else host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def url_path(self) -> str:
        """What stands before every path in the people's URL, where a proxy gives the server a part of a site."""
        return urlsplit(self.url).path

    @property
    def mail_sender(self) -> str:
        """Whom mails come from."""
        host = urlsplit(self.url).hostname or "localhost"
        is_name = re.fullmatch(r"[A-Za-z0-9.-]*[A-Za-z][A-Za-z0-9.-]*", host)
        return self.mail_from or f"Spote <spote@{host if is_name else 'localhost'}>"

    @property
    def origins(self) -> tuple[str, ...]:
        """`agent_origins`, one by one."""
        return tuple(one.strip() for one in self.agent_origins.split(",") if one.strip())

    @property
    def reads_app_documents(self) -> bool:
        if self.app_documents is AppDocuments.PUBLIC:
            return self.is_behind_tls
        return self.app_documents is AppDocuments.ALWAYS

    @property
    def database_place(self) -> str:
        """Where the database is, for people: a folder, or a server and a name, without user and password."""
        if not self.database_url:
            return str(self.data)
        parts = urlsplit(self.database_url)
        return "PostgreSQL at " + (parts.netloc + parts.path).rpartition("@")[2]

    @property
    def is_behind_tls(self) -> bool:
        return self.url.startswith("https://")


def _is_mail_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_place = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        return False
    nothing_else = not parts.path.strip("/") and not parts.query and not parts.fragment
    return parts.scheme in ("smtp", "smtps") and has_place and nothing_else


def load_settings(**overrides: object) -> Settings:
    """Read the environment; `overrides` (the command line's options) win.

    Raises:
        BadSettings: a value cannot be used; the message names the variable and what to change.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings.model_validate(_environment() | given)
    except ValidationError as error:
        raise BadSettings(
            "\n".join(_sentence(dict(problem)) for problem in error.errors())
        ) from None


def unknown_settings() -> list[str]:
    """Variables that begin like ours and are none: most often a misspelling."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | NOT_SETTINGS
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def _environment() -> dict[str, object]:
    """An empty variable counts as none."""
    values = {name: os.environ.get(PREFIX + name.upper()) for name in Settings.model_fields}
    return {name: value for name, value in values.items() if value}


def _sentence(problem: dict[str, object]) -> str:
    name = str(problem["loc"][0])  # type: ignore[index]
    about = Settings.model_fields[name].description if name in Settings.model_fields else ""
    message = str(problem["msg"]).removeprefix("Value error, ")
    given = "" if name in SECRET else f"={problem['input']!s}"
    return f"{PREFIX}{name.upper()}{given} cannot be used: {message}. {about}"
