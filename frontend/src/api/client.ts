import createClient from "openapi-fetch";
import { ofResponse, Problem } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

const CSRF_COOKIE = "spote_csrf";
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** The typed calls of our API, with the session's cookie. Use them inside `ok(…)`. */
export const api = createClient<paths>({
  baseUrl: "",
  credentials: "same-origin",
  cache: "no-store", // a note's ETag is its version, which stays when a share changes what one may do with it
  // The server takes `buckets=a&buckets=b`.
  querySerializer: { array: { style: "form", explode: true } },
});

api.use({
  onRequest({ request }) {
    if (!SAFE.has(request.method)) request.headers.set("X-CSRF-Token", csrfToken());
    return request;
  },
});

/** What a change with the session's cookie must show; also for requests that `api` cannot make, such as uploads. */
export function csrfToken(): string {
  const cookie = document.cookie.split("; ").find((one) => one.startsWith(`${CSRF_COOKIE}=`));
  return cookie ? decodeURIComponent(cookie.slice(CSRF_COOKIE.length + 1)) : "";
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's body. Throws `Problem`, with a sentence for the reader, where the server refused or is away. */
export async function ok<T>(call: Promise<Answer<T>>): Promise<NonNullable<T>> {
  return (await whole(call)).data;
}

/** As `ok`, with the response besides, for its headers. */
export async function whole<T>(
  call: Promise<Answer<T>>,
): Promise<{ data: NonNullable<T>; response: Response }> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    throw error instanceof Problem || isAbort(error) ? error : Problem.offline();
  }
  if (!answer.response.ok) throw ofResponse(answer.response, answer.error);
  return { data: answer.data as NonNullable<T>, response: answer.response };
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
