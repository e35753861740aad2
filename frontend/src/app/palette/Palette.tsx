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
  IconPlugConnected,
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
import { useOtherTheme } from "../useOtherTheme";
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
      centered={false}
      yOffset="10dvh"
      overlayProps={{ backgroundOpacity: 0.4, blur: 3 }}
    >
      <Spotlight.Search
        placeholder="Search notes, or type a command"
        aria-label="Search notes, or type a command"
        onKeyDown={(event) => event.key === "Enter" && runFirst()}
        leftSection={<IconSearch size={19} stroke={1.7} />}
      />
      <Spotlight.ActionsList>
        <Notes query={query.trim()} isAlone={commands.length === 0} />
        {commands.length > 0 && (
          <Spotlight.ActionsGroup label="Commands">
            {commands.map((one) => (
              <Spotlight.Action key={one.label} label={one.label} leftSection={one.icon} onClick={one.run} />
            ))}
          </Spotlight.ActionsGroup>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

/** Notes come after the last key, when nothing is selected yet: Enter then means the first. */
function runFirst(): void {
  const actions = document.querySelectorAll<HTMLElement>(".mantine-Spotlight-action");
  if (![...actions].some((one) => one.hasAttribute("data-selected"))) actions[0]?.click();
}

function Notes({ query, isAlone }: { query: string; isAlone: boolean }) {
  const navigate = useNavigate();
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
  if (isOld || found.isLoading) return null;
  if (notes.length === 0) return isAlone && <Spotlight.Empty role="status">Nothing found</Spotlight.Empty>;
  return (
    <Spotlight.ActionsGroup label="Notes">
      {notes.slice(0, NOTES_SHOWN).map((note) => (
        <Spotlight.Action
          key={note._id}
          label={note.title}
          description={plain(note.passage)}
          leftSection={<IconFileText size={18} stroke={1.6} />}
          onClick={() => void navigate({ to: "/note/$noteId", params: { noteId: note._id } })}
        />
      ))}
    </Spotlight.ActionsGroup>
  );
}

function useCommands(): Command[] {
  const navigate = useNavigate();
  const newNote = useNewNote();
  const theme = useOtherTheme();
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
      label: theme.label,
      icon: theme.isDark ? <IconMoon {...size} /> : <IconSun {...size} />,
      run: theme.change,
    },
    {
      label: "Settings: access tokens",
      icon: <IconKey {...size} />,
      run: () => void navigate({ to: "/settings/tokens" }),
    },
    {
      label: "Settings: connected apps",
      icon: <IconPlugConnected {...size} />,
      run: () => void navigate({ to: "/settings/apps" }),
    },
    {
      label: "Settings: account",
      icon: <IconUser {...size} />,
      run: () => void navigate({ to: "/settings/account" }),
    },
    { label: "Trash", icon: <IconTrash {...size} />, run: () => void navigate({ to: "/trash" }) },
    { label: "Sign out", icon: <IconLogout {...size} />, run: () => void signOut() },
    ...buckets,
  ];
}
