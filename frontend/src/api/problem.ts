interface Body {
  message?: string;
  code?: string;
  errors?: { field: string; message: string }[] | null;
}

/** Something that the server refused, or could not be asked. `message` is written for people. */
export class Problem extends Error {
  override name = "Problem";

  constructor(
    /** HTTP's number; 0 where the server could not be reached. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {},
    /** The whole body: a version conflict carries `current` and `base`. */
    readonly body: Record<string, unknown> = {},
  ) {
    super(message);
  }

  static offline(): Problem {
    return new Problem(0, "offline", "The server cannot be reached. Try again in a moment.");
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

/** From an answer that is not a success, whatever its body is. */
export function ofResponse(response: Response, body: unknown): Problem {
  const found: Body = typeof body === "object" && body !== null ? body : {};
  const fields = Object.fromEntries((found.errors ?? []).map((one) => [one.field, one.message]));
  const message = found.message ?? "The server answered in a way that this page does not understand.";
  const code = found.code ?? "unknown";
  return new Problem(response.status, code, message, fields, found as Record<string, unknown>);
}

/** The sentence to show for anything that was thrown. */
export function sentence(error: unknown): string {
  if (error instanceof Problem) return error.message;
  if (!navigator.onLine) return Problem.offline().message; // a part of this page could not be loaded
  return "Something went wrong in this page. Reload it.";
}
