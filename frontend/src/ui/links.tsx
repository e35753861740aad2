/** Mantine's components as links of this app: real links, which open in a new tab too. */
import { ActionIcon, Anchor, Button } from "@mantine/core";
import { createLink } from "@tanstack/react-router";

export const AnchorLink = createLink(Anchor<"a">);
export const ButtonLink = createLink(Button<"a">);
export const IconLink = createLink(ActionIcon<"a">);
