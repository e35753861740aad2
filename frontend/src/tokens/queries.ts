import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/api/client";
import type { Token } from "@/api/types";
import { say } from "@/ui/say";

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) =>
    ok(api.GET("/api/settings/token", { params: { query: { state: "all" } }, signal })),
});

/** Dead at once, everywhere. */
export function useRevoking() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (token: Pick<Token, "_id" | "label">) =>
      ok(api.DELETE("/api/settings/token/{token_id}", { params: { path: { token_id: token._id } } })),
    onSuccess: (_answer, token) => {
      void queries.invalidateQueries({ queryKey: ["tokens"] });
      say.done(`“${token.label}” is revoked. No request with it succeeds any more.`);
    },
  });
}
