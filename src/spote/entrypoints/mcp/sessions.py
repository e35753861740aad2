"""Sessions of before 2026-07-28 that no process has to keep: their id says all there is to know of them."""

import base64
import json
import secrets
from dataclasses import dataclass
from typing import Any

from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.types import Scope

NAME_LENGTH = 100  # characters of a client's name and of its version
ID_LENGTH = 2_000
KEY = "spote.session"


@dataclass(frozen=True, slots=True)
class Session:
    """What a client said of itself when it began. Nothing here is trusted: it may do what its token may."""

    key: str  # random
    version: str  # of the protocol
    client_name: str
    client_version: str

    @property
    def client_info(self) -> dict[str, str]:
        return {"name": self.client_name, "version": self.client_version}

    def encoded(self) -> str:
        """As Mcp-Session-Id: visible ASCII."""
        fields = [self.key, self.version, self.client_name, self.client_version]
        return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


def new_session(version: str, client_info: Any) -> Session:
    info = client_info if isinstance(client_info, dict) else {}
    name, client_version = (str(info.get(part, ""))[:NAME_LENGTH] for part in ("name", "version"))
    return Session(secrets.token_hex(16), version, name, client_version)


def decoded(session_id: str) -> Session | None:
    """None for what is no id of ours."""
    if len(session_id) > ID_LENGTH:
        return None
    try:
        fields = json.loads(base64.urlsafe_b64decode(session_id + "=" * (-len(session_id) % 4)))
        session = Session(*fields)
    except (ValueError, TypeError, RecursionError):
        return None
    is_ours = all(isinstance(one, str) for one in fields) and len(session.key) == 32
    return session if is_ours and session.version in HANDSHAKE_PROTOCOL_VERSIONS else None


def session_id_of(scope: Scope) -> str | None:
    session: Session | None = scope.get(KEY)
    return session.key or None if session else None
