import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sendUntilDone } from "./useLeftDrafts";

const HOUR_MS = 3_600_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("sends again after a while until it is done, and when the connection is back", async () => {
  const page = new EventTarget();
  const send = vi.fn<() => Promise<boolean>>().mockResolvedValue(true).mockResolvedValueOnce(false);
  const end = sendUntilDone(send, page);
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(send).toHaveBeenCalledTimes(2);
  page.dispatchEvent(new Event("online"));
  expect(send).toHaveBeenCalledTimes(3);
  end();
  page.dispatchEvent(new Event("online"));
  expect(send).toHaveBeenCalledTimes(3);
});

it("sends again where it failed", async () => {
  const send = vi
    .fn<() => Promise<boolean>>()
    .mockResolvedValue(true)
    .mockRejectedValueOnce(new Error("of the browser's database"));
  const end = sendUntilDone(send, new EventTarget());
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(send).toHaveBeenCalledTimes(2);
  end();
});

it("leaves no timer behind, however many were under way", async () => {
  const page = new EventTarget();
  const send = vi.fn<() => Promise<boolean>>().mockResolvedValue(false);
  const end = sendUntilDone(send, page);
  page.dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(1);
  expect(vi.getTimerCount()).toBe(1);
  end();
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(send).toHaveBeenCalledTimes(2);
});
