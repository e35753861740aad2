import { notifications } from "@mantine/notifications";

/** Short messages in the corner: what was done, or why it was not. */
export const say = {
  done(message: string): void {
    notifications.show({ message, color: "teal", autoClose: 3500, withBorder: true });
  },
  failed(message: string): void {
    notifications.show({ message, color: "red", autoClose: 8000, withBorder: true, role: "alert" });
  },
};
