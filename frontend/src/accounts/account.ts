import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { api, ok } from "@/api/client";
import type { Account } from "@/api/types";

export const account = queryOptions({
  queryKey: ["me"],
  queryFn: () => ok(api.GET("/api/me")),
  staleTime: 5 * 60_000,
});

/** Who is signed in; for components inside the shell, which is not shown to anybody else. */
export function useAccount(): Account {
  return useSuspenseQuery(account).data;
}

export async function signOut(): Promise<void> {
  await ok(api.POST("/api/auth/sign-out", {}));
  window.location.assign("/app/sign-in"); // a fresh page: nothing of this account stays in memory
}
