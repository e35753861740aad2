"""Sharing notes with people: invitations by mail, levels, and the end of them."""

from spote.domain.sharing.accepting import accept_share, require_invitation, sign_up_invited
from spote.domain.sharing.leaving import carry_over_shares, forget_shares
from spote.domain.sharing.model import (
    AcceptedShare,
    Invitation,
    Share,
    ShareChange,
    ShareDraft,
    UnsentShare,
)
from spote.domain.sharing.service import (
    confirm_share,
    create_share,
    delete_share,
    list_shares,
    sweep_unsent_shares,
    update_share,
    withdraw_share,
)

__all__ = [
    "AcceptedShare",
    "Invitation",
    "Share",
    "ShareChange",
    "ShareDraft",
    "UnsentShare",
    "accept_share",
    "carry_over_shares",
    "confirm_share",
    "create_share",
    "delete_share",
    "forget_shares",
    "list_shares",
    "require_invitation",
    "sign_up_invited",
    "sweep_unsent_shares",
    "update_share",
    "withdraw_share",
]
