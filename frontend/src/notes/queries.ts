import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { api, ok, whole } from "@/api/client";
import type { Count, NoteSummary } from "@/api/types";

export const PAGE = 50; // notes asked for at once
const LABELS = 1000; // buckets or tags in one answer

/** Which notes a list holds. */
export interface Filter {
  bucket?: string | undefined;
  tag?: string | undefined;
  shared?: "only" | undefined;
  sort?: "updated_at" | undefined;
}

export interface NotesPart {
  items: NoteSummary[];
  total: number;
}

/** One page of the list, counted from 0. Own and shared notes stand together. */
export function notesPart(filter: Filter, page: number) {
  return queryOptions({
    queryKey: ["notes", filter, page], // undefined members do not count
    queryFn: async ({ signal }): Promise<NotesPart> => {
      const query = {
        limit: PAGE,
        offset: page * PAGE,
        shared: filter.shared ?? ("include" as const),
        sort: filter.sort ?? ("created_at" as const),
        fields: "summary" as const,
        ...(filter.bucket ? { buckets: [filter.bucket] } : {}),
        ...(filter.tag ? { tags: [filter.tag] } : {}),
      };
      const { data, response } = await whole(api.GET("/api/notes", { params: { query }, signal }));
      return { items: data as NoteSummary[], total: Number(response.headers.get("X-Total-Count") ?? 0) };
    },
  });
}

export function noteQuery(id: string) {
  return queryOptions({
    queryKey: ["note", id],
    queryFn: ({ signal }) =>
      ok(api.GET("/api/notes/{note_id}", { params: { path: { note_id: id } }, signal })),
  });
}

const bucketsQuery = queryOptions({
  queryKey: ["buckets"],
  queryFn: () => ok(api.GET("/api/buckets", { params: { query: { limit: LABELS } } })),
});

const tagsQuery = queryOptions({
  queryKey: ["tags"],
  queryFn: () => ok(api.GET("/api/tags", { params: { query: { limit: LABELS } } })),
});

const NONE: Count[] = [];

/** The buckets with a note that this person can see, most used first. */
export function useBuckets(): Count[] {
  return useQuery(bucketsQuery).data ?? NONE;
}

export function useTags(): Count[] {
  return useQuery(tagsQuery).data ?? NONE;
}

/** How many notes a filter has; undefined until it is known. */
export function useTotal(filter: Filter): number | undefined {
  return useQuery({ ...notesPart(filter, 0), placeholderData: keepPreviousData }).data?.total;
}
