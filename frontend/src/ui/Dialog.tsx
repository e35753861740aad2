import { Modal, type ModalProps } from "@mantine/core";
import { useEffect, useState } from "react";

/** A dialog that is there as long as it is rendered. Whoever opened it by keyboard goes on from where they were. */
export function Dialog(props: Omit<ModalProps, "opened">) {
  useFocusBack();
  return <Modal opened closeButtonProps={{ "aria-label": "Close" }} {...props} />;
}

let opener: Element | null = null;

/** Mantine's own way back needs a dialog that stays rendered while it is closed. */
function useFocusBack(): void {
  const [from] = useState(() => {
    const now = document.activeElement;
    // One dialog after another: both were opened from the same place.
    if (!now?.closest("[role=dialog]")) opener = now;
    return opener;
  });
  useEffect(
    () => () => {
      setTimeout(() => {
        const isNowhere = document.activeElement === document.body;
        if (isNowhere && from instanceof HTMLElement) from.focus({ preventScroll: true });
      });
    },
    [from],
  );
}
