/** What a token may do and where, in words. */
import type { Access } from "@/api/types";

export type Verb = Access["verbs"][number];

export const VERBS: { verb: Verb; label: string; detail: string }[] = [
  { verb: "read", label: "Read", detail: "search, list and open notes" },
  { verb: "create", label: "Create", detail: "new notes and uploads" },
  { verb: "append", label: "Append", detail: "add to a note, changing nothing that is there" },
  { verb: "edit", label: "Edit", detail: "change texts, titles, buckets and tags" },
  { verb: "delete", label: "Delete", detail: "into the trash, never for good" },
  { verb: "share", label: "Share", detail: "invite people and remove them" },
  { verb: "tokens", label: "Tokens", detail: "make tokens that may do no more than itself" },
];

export const PRESETS: { name: string; label: string; verbs: Verb[] }[] = [
  { name: "read", label: "Read only", verbs: ["read"] },
  { name: "add", label: "Read and add", verbs: ["read", "create", "append"] },
  { name: "write", label: "Read and write", verbs: ["read", "create", "append", "edit", "delete"] },
  { name: "full", label: "Full access", verbs: VERBS.map((one) => one.verb) },
];

/** The preset with just these verbs; null where there is none. */
export function presetOf(verbs: readonly Verb[]): string | null {
  const same = (other: Verb[]) =>
    other.length === verbs.length && other.every((verb) => verbs.includes(verb));
  return PRESETS.find((preset) => same(preset.verbs))?.name ?? null;
}

export function verbsInWords(verbs: readonly Verb[]): string {
  const preset = PRESETS.find((one) => one.name === presetOf(verbs));
  if (preset) return preset.label;
  return VERBS.filter((one) => verbs.includes(one.verb))
    .map((one) => one.label)
    .join(", ");
}

export function placesInWords(access: Access): string {
  const parts = [
    access.buckets ? `in ${access.buckets.join(", ")}` : "everywhere",
    ...(access.except_buckets.length > 0 ? [`never in ${access.except_buckets.join(", ")}`] : []),
    ...(access.tags ? [`tagged ${access.tags.map((tag) => `#${tag}`).join(" or ")}`] : []),
    ...(access.own_notes_only ? ["only its own notes"] : []),
  ];
  return parts.join(", ");
}
