import { expect, it } from "vitest";
import type { UpdatedBy } from "@/api/types";
import { agentOf, writtenBy } from "./writers";

const by = (more: Partial<UpdatedBy>): UpdatedBy => ({
  user: { _id: "1", name: "Ada", email: "ada@example.org" },
  via: "web",
  token_label: null,
  client: null,
  ...more,
});

it("names a person in this app", () => {
  expect(writtenBy(by({}), "1")).toBe("You");
  expect(writtenBy(by({}), "2")).toBe("Ada");
  expect(agentOf(by({}))).toBeNull();
});

it("names the token, also when the account is gone", () => {
  const agent = by({ via: "mcp", token_label: "Claude Desktop", user: null });
  expect(writtenBy(agent, "1")).toBe("A deleted account, through Claude Desktop (MCP)");
  expect(agentOf(agent)).toBe("Claude Desktop");
});
