import { expect, it } from "vitest";
import { ago, daysUntil } from "./times";

const now = new Date("2026-11-24T12:00:00Z");

it.each([
  ["2026-11-24T11:59:30Z", "just now"],
  ["2026-11-24T11:56:00Z", "4m ago"],
  ["2026-11-24T07:00:00Z", "5h ago"],
  ["2026-11-23T07:00:00Z", "yesterday"],
  ["2026-11-20T07:00:00Z", "4d ago"],
  ["2026-11-24T12:00:20Z", "just now"], // a server whose clock is ahead
])("%s is %s", (time, said) => {
  expect(ago(time, now)).toBe(said);
});

it("names the year where it is another one", () => {
  expect(ago("2024-03-01T12:00:00Z", now)).toMatch(/2024/);
  expect(ago("2026-03-01T12:00:00Z", now)).not.toMatch(/2026/);
});

it("counts the days that are left", () => {
  expect(daysUntil("2026-11-25T11:00:00Z", now)).toBe(1);
  expect(daysUntil("2026-11-23T11:00:00Z", now)).toBe(-1);
});
