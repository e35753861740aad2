import type { UpdatedBy } from "@/api/types";

/** The agent or script that made a change: its token's label, else its client; null where a person did it here. */
export function agentOf(by: UpdatedBy): string | null {
  if (by.via === "web" || by.via === "import") return null;
  return by.token_label ?? by.client ?? "A script";
}

/** Who made a change and through what, in words: `Ada`, `Ada through Claude Desktop (MCP)`. */
export function writtenBy(by: UpdatedBy, me: string): string {
  const who = by.user === null ? "A deleted account" : by.user._id === me ? "You" : by.user.name;
  switch (by.via) {
    case "web":
      return who;
    case "import":
      return `${who}, by import`;
    default:
      return `${who}, through ${by.token_label ?? "a script"} (${by.via === "mcp" ? "MCP" : "API"})`;
  }
}
