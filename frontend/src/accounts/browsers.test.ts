import { expect, it } from "vitest";
import { browserOf } from "./browsers";

it.each([
  [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    "Chrome on Linux",
  ],
  ["Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/605.1", "Safari on iOS"],
  ["python-httpx/0.28", "python-httpx/0.28"],
  [null, "Unknown browser"],
])("%s is %s", (client, said) => {
  expect(browserOf(client)).toBe(said);
});
