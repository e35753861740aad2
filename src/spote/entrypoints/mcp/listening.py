"""`subscriptions/listen` of 2026-07-28: one request whose answer is a stream of news."""

from typing import Any

from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import (
    SUBSCRIPTION_ID_META_KEY,
    ResourcesListChanged,
    ResourceUpdated,
    ServerEvent,
    ToolsListChanged,
    event_matches,
    event_to_notification,
)
from mcp_types import (
    INVALID_PARAMS,
    SubscriptionFilter,
    SubscriptionsAcknowledgedNotification,
    SubscriptionsAcknowledgedNotificationParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
)

from spote.entrypoints.mcp import door, streams
from spote.entrypoints.mcp.door import Context
from spote.entrypoints.mcp.presence import Presence
from spote.entrypoints.mcp.resources import SCHEME, uri_of
from spote.entrypoints.mcp.streams import Interest, Notice

URIS_LIMIT = 1_000  # notes that one stream tells of


class Listen:
    def __init__(self, presence: Presence) -> None:
        self._presence = presence

    async def __call__(
        self, ctx: Context, params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        """The server's end of the stream is said with its last frame; a revocation just cuts it."""
        honored = _honored(params.notifications)
        meta: dict[str, Any] = {SUBSCRIPTION_ID_META_KEY: ctx.request_id}
        acknowledged = SubscriptionsAcknowledgedNotificationParams(notifications=honored, meta=meta)
        await door.call(ctx).check()
        await ctx.session.send_notification(
            SubscriptionsAcknowledgedNotification(params=acknowledged),
            related_request_id=ctx.request_id,
        )
        uris = frozenset(honored.resource_subscriptions or ())
        interest = Interest(note_ids=frozenset(uri.removeprefix(SCHEME) for uri in uris))
        async for notice in streams.notices(door.call(ctx), self._presence, interest):
            event = _event(notice)
            if event_matches(honored, uris, event):
                await ctx.session.send_notification(
                    event_to_notification(event, meta), related_request_id=ctx.request_id
                )
        return SubscriptionsListenResult(meta=meta)


def _honored(wished: SubscriptionFilter) -> SubscriptionFilter:
    """Prompts never change while a server runs."""
    uris = [uri for uri in wished.resource_subscriptions or () if uri.startswith(SCHEME)]
    if len(uris) > URIS_LIMIT:
        raise MCPError(INVALID_PARAMS, f"One stream tells of at most {URIS_LIMIT} notes.")
    return SubscriptionFilter(
        tools_list_changed=wished.tools_list_changed or None,
        resources_list_changed=wished.resources_list_changed or None,
        resource_subscriptions=uris or None,
    )


def _event(notice: Notice) -> ServerEvent:
    method, note_id = notice
    if method == streams.UPDATED:
        return ResourceUpdated(uri=uri_of(note_id or ""))
    return ToolsListChanged() if method == streams.TOOLS else ResourcesListChanged()
