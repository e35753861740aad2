import { ActionIcon, Menu } from "@mantine/core";
import { IconCopy, IconDots, IconDownload, IconHistory, IconLink, IconTrash } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import type { Note } from "@/api/types";
import { copyText } from "@/ui/copying";
import { say } from "@/ui/say";
import { useTrashNote } from "../changing";

/** What is done with a note now and then. */
export function NoteMenu({ note }: { note: Note }) {
  const navigate = useNavigate();
  const trash = useTrashNote();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon size="lg" aria-label="More">
          <IconDots size={19} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconHistory size={16} />}
          onClick={() =>
            void navigate({ to: "/note/$noteId/history", params: { noteId: note._id }, search: (was) => was })
          }
        >
          History
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLink size={16} />}
          onClick={() => copy(`${window.location.origin}/app/note/${note._id}`, "The link is copied.")}
        >
          Copy link
        </Menu.Item>
        <Menu.Item
          leftSection={<IconCopy size={16} />}
          onClick={() => copy(note.text, "The text is copied.")}
        >
          Copy as Markdown
        </Menu.Item>
        <Menu.Item leftSection={<IconDownload size={16} />} onClick={() => download(note)}>
          Download
        </Menu.Item>
        {note.access === "owner" && (
          <>
            <Menu.Divider />
            <Menu.Item
              color="var(--sp-danger)"
              leftSection={<IconTrash size={16} />}
              onClick={() => trash.mutate(note)}
            >
              Move to trash
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function copy(text: string, done: string): void {
  copyText(text).then(
    () => say.done(done),
    () => say.failed("This browser does not let pages copy."),
  );
}

function download(note: Note): void {
  const address = URL.createObjectURL(new Blob([note.text], { type: "text/markdown" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${note.title.replace(/[\\/:*?"<>|]+/g, " ").slice(0, 80)}.md`;
  link.click();
  URL.revokeObjectURL(address);
}
