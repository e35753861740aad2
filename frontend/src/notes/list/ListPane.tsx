import { ActionIcon, CloseButton, Menu, Tooltip } from "@mantine/core";
import { IconArrowsSort, IconCheck } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTitle } from "@/ui/useTitle";
import { type Filter, useTotal } from "../queries";
import { BucketMenu } from "./BucketMenu";
import classes from "./ListPane.module.css";
import { NoteList } from "./NoteList";

/** The list under its heading, which says what is shown and lets it be changed. */
export function ListPane({ filter, openId }: { filter: Filter; openId: string | undefined }) {
  const total = useTotal(filter);
  const navigate = useNavigate();
  const title = titleOf(filter);
  useTitle(openId ? "" : title);
  const isFiltered = filter.bucket ?? filter.tag ?? filter.shared;
  return (
    <div className={classes.pane}>
      <header className={classes.head}>
        <h1 className={classes.title}>{title}</h1>
        {total !== undefined && <span className={classes.count}>{total.toLocaleString()}</span>}
        {isFiltered && (
          <Tooltip label="Show all notes">
            <CloseButton
              size="sm"
              aria-label="Show all notes"
              onClick={() => void navigate({ to: ".", search: filter.sort ? { sort: filter.sort } : {} })}
            />
          </Tooltip>
        )}
        <span className={classes.tools}>
          {filter.bucket && <BucketMenu name={filter.bucket} />}
          <Sorting filter={filter} />
        </span>
      </header>
      <div className={classes.list}>
        {total !== undefined && <NoteList filter={filter} total={total} openId={openId} />}
      </div>
    </div>
  );
}

function titleOf({ bucket, tag, shared }: Filter): string {
  if (bucket && tag) return `${bucket} #${tag}`;
  if (bucket) return bucket;
  if (tag) return `#${tag}`;
  return shared ? "Shared with me" : "All notes";
}

function Sorting({ filter }: { filter: Filter }) {
  const navigate = useNavigate();
  const { sort: _, ...rest } = filter;
  const choices = [
    { label: "Newest first", search: rest, isChosen: !filter.sort },
    {
      label: "Last changed first",
      search: { ...rest, sort: "updated_at" as const },
      isChosen: !!filter.sort,
    },
  ];
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <Tooltip label="Order">
          <ActionIcon aria-label="Order of the list">
            <IconArrowsSort size={17} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map((one) => (
          <Menu.Item
            key={one.label}
            rightSection={one.isChosen ? <IconCheck size={16} aria-label="chosen" /> : null}
            onClick={() => void navigate({ to: ".", search: one.search })}
          >
            {one.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
