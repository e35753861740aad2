import type { Access } from "@/api/types";
import { VERBS, type Verb } from "./words";

/** What the form holds of a grant. Empty lists of buckets and tags mean: all of them. */
export interface Wishes {
  verbs: Verb[];
  buckets: string[];
  exceptBuckets: string[];
  tags: string[];
  ownNotesOnly: boolean;
}

export const FULL: Wishes = {
  verbs: VERBS.map((one) => one.verb),
  buckets: [],
  exceptBuckets: [],
  tags: [],
  ownNotesOnly: false,
};

export function accessOf(wishes: Wishes): Access {
  return {
    verbs: VERBS.map((one) => one.verb).filter((verb) => wishes.verbs.includes(verb)),
    buckets: wishes.buckets.length > 0 ? wishes.buckets : null,
    except_buckets: wishes.exceptBuckets,
    tags: wishes.tags.length > 0 ? wishes.tags : null,
    own_notes_only: wishes.ownNotesOnly,
  };
}

export function wishesOf(access: Access): Wishes {
  return {
    verbs: [...access.verbs],
    buckets: access.buckets ?? [],
    exceptBuckets: access.except_buckets,
    tags: access.tags ?? [],
    ownNotesOnly: access.own_notes_only,
  };
}
