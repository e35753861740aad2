import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { createSpotlight, Spotlight } from "@mantine/spotlight";
import "@mantine/spotlight/styles.css";
import {
  IconFileText,
  IconFolder,
  IconKey,
  IconLogout,
  IconMoon,
  IconNotes,
  IconPlus,
  IconSearch,
  IconSun,
  IconTrash,
  IconUser,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { signOut } from "@/accounts/account";
import { useNewNote } from "@/notes/changing";
import { plain } from "@/notes/plain";
import { notesPart, useBuckets } from "@/notes/queries";
import { searchQuery } from "@/search/queries";
import { onPalette } from "./opening";
import "./palette.css";

const [store, palette] = createSpotlight();
const NOTES_SHOWN = 8;

interface Command {
  label: string;
  icon: ReactNode;
  run: () => void;
}

/** Ctrl/Cmd-K: to a note, a bucket or a command, without the mouse. */
export default function Palette() {
  const [query, setQuery] = useState("");
  useEffect(() => onPalette(palette.open), []);
  const commands = useCommands().filter((one) =>
    one.label.toLowerCase().includes(query.trim().toLowerCase()),
  );
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      onSpotlightClose={() => setQuery("")}
      scrollable
      maxHeight={560}
      size={600}
      radius="lg"
      overlayProps={{ backgroundOpacity: 0.4, blur: 3 }}
    >
      <Spotlight.Search
        placeholder="Search notes, or type a command"
        aria-label="Search notes, or type a command"
        onKeyDown={(event) => event.key === "Enter" && runFirst()}
        leftSection={<IconSearch size={19} stroke={1.7} />}
      />
      <Spotlight.ActionsList>
        <Notes query={query.trim()} />
        {commands.length > 0 && (
          <Spotlight.ActionsGroup label="Commands">
            {commands.map((one) => (
              <Spotlight.Action key={one.label} label={one.label} leftSection={one.icon} onClick={one.run} />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {commands.length === 0 && <Nothing query={query.trim()} />}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

/** Notes come after the last key, when nothing is selected yet: Enter then means the first. */
function runFirst(): void {
  const actions = document.querySelectorAll<HTMLElement>(".mantine-Spotlight-action");
  if (![...actions].some((one) => one.hasAttribute("data-selected"))) actions[0]?.click();
}

/** Once the search has answered, and only then. */
function Nothing({ query }: { query: string }) {
  const { isEmpty } = useFound(query);
  return isEmpty && <Spotlight.Empty role="status">Nothing found</Spotlight.Empty>;
}

function Notes({ query }: { query: string }) {
  const navigate = useNavigate();
  const { notes } = useFound(query);
  if (notes.length === 0) return null;
  return (
    <Spotlight.ActionsGroup label="Notes">
      {notes.slice(0, NOTES_SHOWN).map((note) => (
        <Spotlight.Action
          key={note._id}
          label={note.title}
          description={plain(note.passage).slice(0, 100)}
          leftSection={<IconFileText size={18} stroke={1.6} />}
          onClick={() => void navigate({ to: "/note/$noteId", params: { noteId: note._id } })}
        />
      ))}
    </Spotlight.ActionsGroup>
  );
}

function useFound(query: string) {
  const [asked] = useDebouncedValue(query, 120);
  const newest = useQuery({ ...notesPart({ sort: "updated_at" }, 0), enabled: asked === "" });
  const found = useQuery({ ...searchQuery({ q: asked }), enabled: asked !== "" });
  const notes =
    asked === ""
      ? (newest.data?.items ?? []).map((note) => ({ ...note, passage: note.excerpt }))
      : (found.data?.items ?? []).map((note) => ({
          ...note,
          passage: note.snippet.text,
        }));
  // What was found for other words is no answer: Enter would lead there.
  const isOld = asked !== query || (asked !== "" && found.isPlaceholderData);
  return {
    notes: isOld ? [] : notes,
    isEmpty: !isOld && notes.length === 0 && (asked === "" ? newest : found).isSuccess,
  };
}

function useCommands(): Command[] {
  const navigate = useNavigate();
  const newNote = useNewNote();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const size = { size: 18, stroke: 1.6 };
  const buckets = useBuckets().map((one) => ({
    label: `Bucket: ${one.name}`,
    icon: <IconFolder {...size} />,
    run: () => void navigate({ to: "/", search: { bucket: one.name } }),
  }));
  return [
    { label: "New note", icon: <IconPlus {...size} />, run: () => newNote.mutate() },
    { label: "All notes", icon: <IconNotes {...size} />, run: () => void navigate({ to: "/", search: {} }) },
    {
      label: isDark ? "Light theme" : "Dark theme",
      icon: isDark ? <IconSun {...size} /> : <IconMoon {...size} />,
      run: () => setColorScheme(isDark ? "light" : "dark"),
    },
    {
      label: "Personal access tokens",
      icon: <IconKey {...size} />,
      run: () => void navigate({ to: "/settings/tokens" }),
    },
    { label: "Account", icon: <IconUser {...size} />, run: () => void navigate({ to: "/settings/account" }) },
    { label: "Trash", icon: <IconTrash {...size} />, run: () => void navigate({ to: "/trash" }) },
    { label: "Sign out", icon: <IconLogout {...size} />, run: () => void signOut() },
    ...buckets,
  ];
}
