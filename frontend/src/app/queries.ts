import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { Problem, sentence } from "@/api/problem";
import { say } from "@/ui/say";

declare module "@tanstack/react-query" {
  interface Register {
    /** A mutation that shows its own error says so. */
    mutationMeta: { quiet?: boolean };
  }
}

let isLeaving = false;
const TRIES = 2; // again, where the server cannot be reached or is busy

/** What the page knows of the server. Live events make it stale (api/live.ts), so it is not asked again for nothing. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (count, error) => count < TRIES && isPassing(error),
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
  queryCache: new QueryCache({ onError: leaveIfSignedOut }),
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      leaveIfSignedOut(error);
      if (!mutation.meta?.quiet) say.failed(sentence(error));
    },
  }),
});

function isPassing(error: unknown): boolean {
  return error instanceof Problem && (error.isOffline || error.status === 503);
}

/** The session ended elsewhere. A fresh page: nothing of this account stays in memory. */
function leaveIfSignedOut(error: unknown): void {
  if (!(error instanceof Problem) || error.status !== 401) return;
  if (isLeaving || queries.getQueryData(["me"]) === undefined) return;
  isLeaving = true;
  const from = `${window.location.pathname}${window.location.search}`;
  window.location.assign(`/app/sign-in?from=${encodeURIComponent(from)}`);
}
