/** Words that the server does not have yet, kept in the browser so that a closed tab loses none. */
import type { Base, Words } from "./saving";

export interface Draft extends Words {
  noteId: string;
  /** Which page wrote it: two tabs of a note keep a draft each. */
  page: string;
  /** What the words were written upon. */
  base: Base;
  /** When, in ms since 1970. */
  at: number;
  /** The id of the account whose words they are. */
  account?: string;
}

export interface Drafts {
  keep(draft: Draft): Promise<void>;
  forget(noteId: string, page: string): Promise<void>;
  /** All drafts of a note, or of every note, oldest first. */
  all(noteId?: string): Promise<Draft[]>;
}

const DATABASE = "spote";
const STORE = "drafts";

/** Drafts in IndexedDB. Where the browser has none (a private window of some), they last as long as the page. */
export function browserDrafts(): Drafts {
  if (typeof indexedDB === "undefined") return memoryDrafts();
  let opened: Promise<IDBDatabase> | null = null;
  const store = async <T>(
    mode: IDBTransactionMode,
    run: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> => {
    opened ??= open();
    const database = await opened;
    return answer(run(database.transaction(STORE, mode).objectStore(STORE)));
  };
  return {
    keep: async (draft) => {
      await store("readwrite", (drafts) => drafts.put(draft));
    },
    forget: (noteId, page) => store("readwrite", (drafts) => drafts.delete([noteId, page])),
    all: async (noteId) => {
      const range = noteId === undefined ? undefined : IDBKeyRange.bound([noteId], [noteId, []]);
      const found = await store<Draft[]>("readonly", (drafts) => drafts.getAll(range));
      return found.sort((a, b) => a.at - b.at);
    },
  };
}

/** Those of one account alone: several people may use a browser. */
export function draftsOf(account: () => string | undefined, drafts: Drafts): Drafts {
  return {
    keep: (draft) => drafts.keep({ ...draft, ...(account() ? { account: account() as string } : {}) }),
    forget: drafts.forget,
    all: async (noteId) => (await drafts.all(noteId)).filter((draft) => draft.account === account()),
  };
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ["noteId", "page"] });
  return answer(request);
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser's storage failed."));
  });
}

export function memoryDrafts(): Drafts {
  const kept = new Map<string, Draft>();
  const key = (noteId: string, page: string): string => `${noteId}/${page}`;
  return {
    keep: async (draft) => void kept.set(key(draft.noteId, draft.page), draft),
    forget: async (noteId, page) => void kept.delete(key(noteId, page)),
    all: async (noteId) =>
      [...kept.values()].filter((draft) => noteId === undefined || draft.noteId === noteId),
  };
}
