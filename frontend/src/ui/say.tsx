import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";

const UNDO_MS = 10_000;

/** Short messages in the corner: what was done, or why it was not. */
export const say = {
  done(message: string): void {
    notifications.show({ message, color: "teal", autoClose: 3500, withBorder: true });
  },
  /** With a button that takes it back. */
  undoable(message: string, undo: () => void): void {
    const id = notifications.show({
      message: (
        <Group justify="space-between" wrap="nowrap">
          {message}
          <Button
            size="compact-sm"
            variant="light"
            flex="none"
            onClick={() => {
              notifications.hide(id);
              undo();
            }}
          >
            Undo
          </Button>
        </Group>
      ),
      color: "teal",
      autoClose: UNDO_MS,
      withBorder: true,
    });
  },
  failed(message: string): void {
    notifications.show({ message, color: "red", autoClose: 8000, withBorder: true, role: "alert" });
  },
};
