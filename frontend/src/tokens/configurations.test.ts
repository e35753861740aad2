import { expect, it } from "vitest";
import { CONFIGURATIONS } from "./configurations";

const ORIGIN = "https://notes.example.org";
const TOKEN = `spote_${"0123456789abcdef".repeat(2)}`;

it("has one for each tool that the page promises", () => {
  expect(CONFIGURATIONS.map((one) => one.tool)).toEqual([
    "Claude Desktop",
    "Claude Code",
    "Cursor",
    "Codex",
    "curl",
  ]);
});

it.each(CONFIGURATIONS.map((one) => [one.tool, one.text(ORIGIN, TOKEN)]))(
  "%s is told where and with what",
  (_, text) => {
    expect(text).toContain(ORIGIN);
    expect(text).toContain(TOKEN);
  },
);

it("writes JSON that is JSON", () => {
  for (const tool of ["Claude Desktop", "Cursor"]) {
    const text = CONFIGURATIONS.find((one) => one.tool === tool)?.text(ORIGIN, TOKEN) ?? "";
    expect(JSON.parse(text).mcpServers.spote).toBeTruthy();
  }
});
