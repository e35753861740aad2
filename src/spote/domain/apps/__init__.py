"""Apps that people let into their notes: OAuth 2.1 without its HTTP."""

from spote.domain.apps.clients import (
    DOORS,
    check_request,
    checked_client,
    find_client,
    find_fresh_client,
    register_client,
    remember_client,
    require_redirect,
)
from spote.domain.apps.model import (
    OFFERED,
    SCOPES,
    AppClient,
    Asked,
    ClientDraft,
    ConnectedApp,
    Issued,
    OAuthError,
)
from spote.domain.apps.restoring import carry_over_refreshes
from spote.domain.apps.service import (
    disconnect_app,
    grant_consent,
    list_apps,
    redeem_code,
    refresh,
    revoke,
    sweep_apps,
)

__all__ = [
    "DOORS",
    "OFFERED",
    "SCOPES",
    "AppClient",
    "Asked",
    "ClientDraft",
    "ConnectedApp",
    "Issued",
    "OAuthError",
    "carry_over_refreshes",
    "check_request",
    "checked_client",
    "disconnect_app",
    "find_client",
    "find_fresh_client",
    "grant_consent",
    "list_apps",
    "redeem_code",
    "refresh",
    "register_client",
    "remember_client",
    "require_redirect",
    "revoke",
    "sweep_apps",
]
