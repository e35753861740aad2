"""The doors for agents: `/mcp` (Streamable HTTP) and `/sse` (HTTP with Server-Sent Events)."""

from spote.entrypoints.mcp.doors import McpDoors

__all__ = ["McpDoors"]
