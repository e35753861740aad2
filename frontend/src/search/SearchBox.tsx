import { Kbd, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { openPalette } from "@/app/palette/opening";
import classes from "./SearchBox.module.css";

const PAUSE = 180; // ms after the last key

/** Searches as one types; the results are a page with an address of its own. */
export function SearchBox() {
  const navigate = useNavigate();
  const isSearching = useLocation().pathname === "/search";
  const { q } = useSearch({ strict: false });
  const [typed, setTyped] = useState(q ?? "");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    if (!isSearching) setTyped("");
  }, [isSearching]);

  function search(text: string): void {
    clearTimeout(timer.current);
    if (text.trim() === "") return;
    void navigate({
      to: "/search",
      search: ({ bucket, tag }) => ({ q: text, bucket, tag }),
      replace: isSearching,
    });
  }

  return (
    <search className={classes.box}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          search(typed);
        }}
      >
        <TextInput
          type="search"
          aria-label="Search notes"
          placeholder="Search notes"
          value={typed}
          leftSection={<IconSearch size={17} stroke={1.7} />}
          rightSection={
            <button type="button" className={classes.keys} onClick={openPalette} title="Command palette">
              <Kbd>{isMac() ? "⌘" : "Ctrl"} K</Kbd>
            </button>
          }
          classNames={{ input: classes.input }}
          rightSectionWidth={68}
          onChange={(event) => {
            const text = event.currentTarget.value;
            setTyped(text);
            clearTimeout(timer.current);
            timer.current = setTimeout(() => search(text), PAUSE);
          }}
        />
      </form>
    </search>
  );
}

function isMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent);
}
