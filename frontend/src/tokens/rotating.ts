import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/api/client";
import type { NewToken, Token } from "@/api/types";

/** A new secret under the same label and rights; the old one ends at once. */
export function useRotating(onMade: (token: NewToken) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (token: Token) =>
      ok(
        api.POST("/api/settings/token/{token_id}/rotate", {
          params: { path: { token_id: token._id } },
          body: { grace_seconds: 0 },
        }),
      ),
    onSuccess: (token) => {
      void queries.invalidateQueries({ queryKey: ["tokens"] });
      onMade(token);
    },
  });
}
