"""The tools that agents call: each is one service function, with its arguments and its answer."""

from spote.entrypoints.mcp.tools import finding, history, linking, looking, reading, writing
from spote.entrypoints.mcp.tools.tool import Tool

TOOLS: tuple[Tool, ...] = (
    *finding.TOOLS,
    *reading.TOOLS,
    *writing.TOOLS,
    *linking.TOOLS,
    *history.TOOLS,
    *looking.TOOLS,
)

__all__ = ["TOOLS", "Tool"]
