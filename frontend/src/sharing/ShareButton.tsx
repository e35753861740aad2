import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconShare2 } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import type { Note } from "@/api/types";
import classes from "./ShareButton.module.css";

const ShareDialog = lazy(() => import("./ShareDialog").then((part) => ({ default: part.ShareDialog })));

export function ShareButton({ note }: { note: Note }) {
  const [isOpen, dialog] = useDisclosure();
  return (
    <>
      <Button
        variant="light"
        size="xs"
        className={classes.button}
        leftSection={<IconShare2 size={16} />}
        onClick={dialog.open}
      >
        <span className={classes.label}>Share</span>
      </Button>
      <Suspense>{isOpen && <ShareDialog note={note} onClose={dialog.close} />}</Suspense>
    </>
  );
}
