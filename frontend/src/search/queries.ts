import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, whole } from "@/api/client";
import type { FoundNote } from "@/api/types";

/** What the address of the results holds. */
export interface Search {
  q: string | undefined;
  bucket?: string | undefined;
  tag?: string | undefined;
}

const SHOWN = 20;

export interface Found {
  items: FoundNote[];
  total: number;
  /** How it was searched in fact: less than asked where the server has no model. */
  mode: string;
  /** Notes whose meaning is not known yet. */
  waiting: number;
}

/** Ranked, best first. */
export function searchQuery({ q, bucket, tag }: Partial<Search> & { q: string }) {
  return queryOptions({
    queryKey: ["search", q, bucket, tag],
    queryFn: async ({ signal }): Promise<Found> => {
      const query = {
        q,
        limit: SHOWN,
        ...(bucket ? { buckets: [bucket] } : {}),
        ...(tag ? { tags: [tag] } : {}),
      };
      const { data, response } = await whole(api.GET("/api/notes/search", { params: { query }, signal }));
      return {
        items: data as FoundNote[], // a match is a pair, which openapi-fetch reads as a list
        total: Number(response.headers.get("X-Total-Count") ?? data.length),
        mode: response.headers.get("X-Search-Mode") ?? "keyword",
        waiting: Number(response.headers.get("X-Search-Waiting") ?? 0),
      };
    },
    placeholderData: keepPreviousData,
  });
}
