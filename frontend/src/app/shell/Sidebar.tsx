import { Avatar, Menu, UnstyledButton } from "@mantine/core";
import {
  IconFolder,
  IconLogout,
  IconMoon,
  IconNotes,
  IconSelector,
  IconSettings,
  IconSun,
  IconTrash,
  IconUsers,
} from "@tabler/icons-react";
import { Link, useMatch, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { signOut, useAccount } from "@/accounts/account";
import { useBuckets, useTags, useTotal } from "@/notes/queries";
import { TagLink } from "@/ui/TagLink";
import { useOtherTheme } from "../useOtherTheme";
import classes from "./Sidebar.module.css";

const TAGS_SHOWN = 40;

/** Ways to the notes: all, shared ones, by bucket, by tag. */
export function Sidebar() {
  const buckets = useBuckets();
  return (
    <div className={classes.side}>
      <div className={classes.ways}>
        <Way to={{}} icon={<IconNotes size={18} stroke={1.7} />} label="All notes" count={useTotal({})} />
        <Way
          to={{ shared: "only" }}
          icon={<IconUsers size={18} stroke={1.7} />}
          label="Shared with me"
          count={useTotal({ shared: "only" })}
        />
        <Link to="/trash" className={classes.way} activeProps={{ className: classes.active }}>
          <IconTrash size={18} stroke={1.7} />
          <span className={classes.label}>Trash</span>
        </Link>
        {buckets.length > 0 && <h2 className={classes.heading}>Buckets</h2>}
        {buckets.map((one) => (
          <Way
            key={one.name}
            to={{ bucket: one.name }}
            icon={<IconFolder size={18} stroke={1.7} />}
            label={one.name}
            count={one.count}
          />
        ))}
        <Tags />
      </div>
      <Person />
    </div>
  );
}

interface WayProps {
  to: { bucket?: string; shared?: "only" };
  icon: ReactNode;
  label: string;
  count: number | undefined;
}

function Way({ to, icon, label, count }: WayProps) {
  const isShown = useIsShown(to);
  return (
    <Link
      to="/"
      search={to}
      className={isShown ? `${classes.way} ${classes.active}` : classes.way}
      activeOptions={{ exact: true, includeSearch: true }}
      aria-current={isShown || undefined}
    >
      {icon}
      <span className={classes.label}>{label}</span>
      {count !== undefined && <span className={classes.count}>{count.toLocaleString()}</span>}
    </Link>
  );
}

/** Whether the list shows this, however it is sorted, and with a note open beside it too. */
function useIsShown({ bucket, shared }: WayProps["to"]): boolean {
  const list = useMatch({ from: "/shell/notes", shouldThrow: false })?.search;
  return !!list && !list.tag && list.bucket === bucket && list.shared === shared;
}

function Tags() {
  const tags = useTags();
  if (tags.length === 0) return null;
  return (
    <>
      <h2 className={classes.heading}>Tags</h2>
      <div className={classes.tags}>
        {tags.slice(0, TAGS_SHOWN).map((one) => (
          <TagLink key={one.name} tag={one.name} count={one.count} />
        ))}
      </div>
    </>
  );
}

function Person() {
  const { name, email } = useAccount();
  const navigate = useNavigate();
  const theme = useOtherTheme();
  return (
    <Menu position="top-start" width={220}>
      <Menu.Target>
        <UnstyledButton className={classes.person} title="Account">
          <Avatar size={30} name={name} color="indigo" variant="filled" alt="" />
          <span className={classes.who}>
            <b>{name}</b>
            <span>{email}</span>
          </span>
          <IconSelector size={16} stroke={1.7} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconSettings size={16} />}
          onClick={() => void navigate({ to: "/settings/account" })}
        >
          Account
        </Menu.Item>
        <Menu.Item
          className={classes.theme}
          leftSection={theme.isDark ? <IconMoon size={16} /> : <IconSun size={16} />}
          onClick={theme.change}
        >
          {theme.label}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
