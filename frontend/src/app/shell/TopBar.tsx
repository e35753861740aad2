import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconMenu2, IconMoon, IconPlus, IconSettings, IconSun } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useNewNote } from "@/notes/changing";
import { SearchBox } from "@/search/SearchBox";
import { Logo } from "@/ui/Logo";
import { IconLink } from "@/ui/links";
import { useOtherTheme } from "../useOtherTheme";
import { AgentsSwitch } from "./AgentsSwitch";
import classes from "./TopBar.module.css";

export function TopBar({ onMenu }: { onMenu: () => void }) {
  const newNote = useNewNote();
  return (
    <header className={`${classes.bar} screen-only`}>
      <ActionIcon className={classes.menu} size="lg" onClick={onMenu} aria-label="Menu">
        <IconMenu2 size={20} />
      </ActionIcon>
      <Link to="/" className={classes.home} aria-label="Spote: all notes">
        <Logo />
        <span className={classes.name}>Spote</span>
      </Link>
      <SearchBox />
      <div className={classes.tools}>
        <AgentsSwitch />
        <ThemeButton />
        <Tooltip label="Settings">
          <IconLink to="/settings/tokens" size="lg" aria-label="Settings">
            <IconSettings size={20} stroke={1.7} />
          </IconLink>
        </Tooltip>
        <Button
          className={classes.newNote}
          leftSection={<IconPlus size={17} />}
          loading={newNote.isPending}
          onClick={() => newNote.mutate()}
        >
          New note
        </Button>
        <ActionIcon
          className={classes.newNoteSmall}
          variant="filled"
          color="indigo"
          size="lg"
          aria-label="New note"
          loading={newNote.isPending}
          onClick={() => newNote.mutate()}
        >
          <IconPlus size={20} />
        </ActionIcon>
      </div>
    </header>
  );
}

function ThemeButton() {
  const { isDark, label, change } = useOtherTheme();
  return (
    <Tooltip label={label}>
      <ActionIcon className={classes.theme} size="lg" aria-label={label} onClick={change}>
        {isDark ? <IconMoon size={20} stroke={1.7} /> : <IconSun size={20} stroke={1.7} />}
      </ActionIcon>
    </Tooltip>
  );
}
