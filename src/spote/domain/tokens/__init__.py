"""Personal Access Tokens: one credential for each agent or script."""

from spote.domain.tokens.model import (
    Access,
    Bucket,
    NewToken,
    Rotation,
    SelfDescription,
    Tag,
    Token,
    TokenChange,
    TokenDraft,
    TokenReport,
)
from spote.domain.tokens.notices import (
    Notice,
    finish_notice,
    has_notices,
    plan_notices,
    take_notices,
)
from spote.domain.tokens.places import bucket_name, printable_line, tag_name
from spote.domain.tokens.restoring import carry_over_tokens
from spote.domain.tokens.secret import TOKEN_PATTERN, without_tokens
from spote.domain.tokens.service import (
    authenticate_token,
    create_token,
    get_own_token,
    get_token,
    list_tokens,
    record_usage,
    report_token,
    revoke_own_token,
    revoke_token,
    rotate_token,
    update_token,
)
from spote.domain.tokens.usage import TokenUsage

__all__ = [
    "TOKEN_PATTERN",
    "Access",
    "Bucket",
    "NewToken",
    "Notice",
    "Rotation",
    "SelfDescription",
    "Tag",
    "Token",
    "TokenChange",
    "TokenDraft",
    "TokenReport",
    "TokenUsage",
    "authenticate_token",
    "bucket_name",
    "carry_over_tokens",
    "create_token",
    "finish_notice",
    "get_own_token",
    "get_token",
    "has_notices",
    "list_tokens",
    "plan_notices",
    "printable_line",
    "record_usage",
    "report_token",
    "revoke_own_token",
    "revoke_token",
    "rotate_token",
    "tag_name",
    "take_notices",
    "update_token",
    "without_tokens",
]
