import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@/api/problem";
import type { Note } from "@/api/types";
import { memoryDrafts } from "./drafts";
import { sendLeft, takeOver } from "./leftDrafts";
import { NoteSaver } from "./saver";
import type { Change, Gateway } from "./saving";

const noteOf = (version: number, text: string, title = "Title"): Note =>
  ({ _id: "n", version, text, title }) as unknown as Note;

/** A server of one note, as strict about versions as ours. */
class Server implements Gateway {
  history: Note[];
  isAway = false;
  gate: Promise<void> = Promise.resolve();

  constructor(text: string) {
    this.history = [noteOf(1, text)];
  }
  get note(): Note {
    return this.history.at(-1) as Note;
  }
  put = async (_id: string, change: Change & { version: number }): Promise<Note> => {
    await this.gate;
    if (this.isAway) throw Problem.offline();
    if (change.version !== this.note.version)
      throw new Problem(409, "version_conflict", "Changed.", {}, { current: this.note, base: null });
    return this.write(change);
  };
  get = async (): Promise<Note> => this.note;
  write({ title, text }: Change): Note {
    const { note } = this;
    this.history.push(noteOf(note.version + 1, text ?? note.text, title ?? note.title));
    return this.note;
  }
}

const BASE = "one two three\n\nfour five six\n";

function setUp(text = BASE) {
  const server = new Server(text);
  const drafts = memoryDrafts();
  const open = (page: string) =>
    new NoteSaver("n", server.note, { gateway: server, drafts, page, onSaved: () => undefined });
  return { server, drafts, open, saver: open("a") };
}

/** What somebody wrote while the server was away, and left; meanwhile somebody else wrote too. */
async function leftOffline(mine: string, theirs?: string) {
  const { server, drafts, saver, open } = setUp();
  server.isAway = true;
  saver.change({ text: mine });
  await wait(1000);
  server.isAway = false;
  if (theirs) server.write({ text: theirs });
  return { server, drafts, open };
}

const GONE = { own: "b", isAlive: async () => false };
const ALIVE = { own: "b", isAlive: async () => true };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("saving", () => {
  it("happens by itself a moment after typing stops, and not before", async () => {
    const { server, saver } = setUp();
    saver.change({ text: "a" });
    await wait(700);
    saver.change({ text: "ab" });
    await wait(700);
    expect(server.note.version).toBe(1);
    expect(saver.get().state).toBe("unsaved");
    await wait(200);
    expect(server.note.text).toBe("ab");
    expect(saver.get().state).toBe("saved");
  });

  it("sends what was typed while it ran", async () => {
    const { server, saver } = setUp();
    let open = () => {};
    server.gate = new Promise((resolve) => {
      open = resolve;
    });
    saver.change({ text: "a" });
    void saver.saveNow();
    await wait(10);
    expect(saver.get().state).toBe("saving");
    saver.change({ text: "ab" });
    open();
    await wait(2000);
    expect(server.note.text).toBe("ab");
    expect(saver.get().state).toBe("saved");
  });

  it("sends the text although the title is blank", async () => {
    const { server, saver } = setUp();
    saver.change({ title: " ", text: "a" });
    await wait(900);
    expect(server.note).toMatchObject({ title: "Title", text: "a" });
  });
});

describe("somebody else's change", () => {
  it("is taken over where nothing waits", () => {
    const { server, saver } = setUp();
    saver.receive(server.write({ text: "new" }));
    expect(saver.get()).toMatchObject({ text: "new", state: "saved" });
  });

  it("in another place is merged, and both are saved", async () => {
    const { server, saver } = setUp();
    server.write({ text: BASE.replace("one", "ONE") });
    saver.change({ text: BASE.replace("six", "SIX") });
    await wait(1000);
    expect(server.note.text).toBe("ONE two three\n\nfour five SIX\n");
    expect(saver.get()).toMatchObject({ text: server.note.text, state: "saved" });
  });

  it("of the same word is a conflict, until the person chooses; both stay in the history", async () => {
    const { server, saver } = setUp();
    server.write({ text: BASE.replace("one", "THEIRS") });
    saver.change({ text: BASE.replace("one", "MINE") });
    await wait(1000);
    expect(saver.get().state).toBe("conflict");
    expect(saver.get().conflict?.current.text).toContain("THEIRS");
    expect(saver.get().text).toContain("MINE");
    await wait(60_000);
    expect(server.note.text).toContain("THEIRS");
    await saver.resolve({ text: BASE.replace("one", "THEIRS") });
    expect(server.note.text).toContain("THEIRS");
    expect(server.history.map((note) => note.text).join()).toContain("MINE");
    expect(saver.get().state).toBe("saved");
  });

  it("again while a conflict is open is shown in it", async () => {
    const { server, saver } = setUp();
    saver.change({ text: BASE.replace("one", "MINE") });
    saver.receive(server.write({ text: BASE.replace("one", "THEIRS") }));
    saver.receive(server.write({ text: BASE.replace("one", "THEIRS TOO") }));
    expect(saver.get().conflict?.current.text).toContain("THEIRS TOO");
    await saver.resolve({ text: "both" });
    expect(server.note.text).toBe("both");
  });

  it("does not make two pages fight", async () => {
    const { server, open } = setUp();
    const [a, b] = [open("a"), open("b")];
    for (let round = 0; round < 20; round++) {
      a.change({ text: a.get().text.replace("three", `three a${round}`) });
      b.change({ text: b.get().text.replace("six", `six b${round}`) });
      await wait(round % 3 ? 300 : 1200);
      if (round % 2) for (const page of [a, b]) page.receive(server.note);
    }
    await wait(5000);
    for (const page of [a, b]) page.receive(server.note);
    const settled = server.note.version;
    await wait(60_000);
    expect(server.note.version).toBe(settled);
    expect(a.get().text).toBe(b.get().text);
    for (let round = 0; round < 20; round++) {
      expect(server.note.text).toMatch(new RegExp(`\\ba${round}\\b`));
      expect(server.note.text).toMatch(new RegExp(`\\bb${round}\\b`));
    }
  });
});

describe("a lost connection", () => {
  it("loses nothing, and ends by itself", async () => {
    const { server, drafts, saver } = setUp();
    server.isAway = true;
    saver.change({ text: "offline words" });
    await wait(1000);
    expect(saver.get().state).toBe("offline");
    expect((await drafts.all("n"))[0]).toMatchObject({ text: "offline words", base: { version: 1 } });
    server.isAway = false;
    await wait(31_000);
    expect(server.note.text).toBe("offline words");
    expect(saver.get().state).toBe("saved");
    expect(await drafts.all("n")).toEqual([]);
  });

  it("is no problem to tell of, while it is tried again neither", async () => {
    const { server, saver } = setUp();
    server.isAway = true;
    saver.change({ text: "offline words" });
    await wait(1000);
    server.gate = new Promise(() => undefined);
    await wait(1000);
    expect(saver.get()).toMatchObject({ state: "saving", problem: null });
  });

  it("and a closed tab lose nothing: the next page sends it, merged", async () => {
    const { server, drafts, open } = await leftOffline(
      BASE.replace("six", "SIX"),
      BASE.replace("one", "ONE"),
    );
    const next = open("b");
    await takeOver(next, "n", drafts, GONE);
    await wait(1000);
    expect(server.note.text).toBe("ONE two three\n\nfour five SIX\n");
    expect(await drafts.all("n")).toEqual([]);
  });

  it("leaves the drafts of pages that are still open to them", async () => {
    const { drafts, open } = await leftOffline("mine");
    const next = open("b");
    await takeOver(next, "n", drafts, ALIVE);
    expect(next.get().text).toBe(BASE);
    expect(await drafts.all("n")).toHaveLength(1);
  });

  it("then a conflict is shown by the next page", async () => {
    const { drafts, open } = await leftOffline(BASE.replace("one", "MINE"), BASE.replace("one", "THEIRS"));
    const next = open("b");
    await takeOver(next, "n", drafts, GONE);
    expect(next.get()).toMatchObject({ state: "conflict", text: BASE.replace("one", "MINE") });
    expect(await drafts.all("n")).toHaveLength(1);
  });

  it("is made good although nobody opens the note again", async () => {
    const { server, drafts, open } = await leftOffline(
      BASE.replace("six", "SIX"),
      BASE.replace("one", "ONE"),
    );
    const ends: string[] = [];
    const tell = (_id: string, _saver: NoteSaver, end: string) => ends.push(end);
    const busy = () => Promise.reject(new Problem(503, "unavailable", "Busy.", {}));
    expect(await sendLeft(drafts, GONE, busy, tell)).toBe(false);
    expect(await sendLeft(drafts, GONE, async () => null, tell)).toBe(true); // the note is open, or read-only
    expect(await drafts.all("n")).toHaveLength(1);
    expect(await sendLeft(drafts, GONE, async () => open("b"), tell)).toBe(true);
    expect(server.note.text).toBe("ONE two three\n\nfour five SIX\n");
    expect(ends).toEqual(["saved"]);
    expect(await drafts.all("n")).toEqual([]);
  });

  it("is left to a person where somebody changed the same words, and to pages that are alive", async () => {
    const { server, drafts, open } = await leftOffline(
      BASE.replace("one", "MINE"),
      BASE.replace("one", "THEIRS"),
    );
    const ends: string[] = [];
    const tell = (_id: string, _saver: NoteSaver, end: string) => ends.push(end);
    await sendLeft(drafts, ALIVE, async () => open("b"), tell);
    expect(ends).toEqual([]);
    await sendLeft(drafts, GONE, async () => open("b"), tell);
    expect(ends).toEqual(["conflict"]);
    expect(server.note.text).toContain("THEIRS");
    expect((await drafts.all("n"))[0]?.text).toContain("MINE");
  });
});
