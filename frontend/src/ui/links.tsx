/** Mantine's components as links of this app: real links, which open in a new tab too. */
import { ActionIcon, type ActionIconProps, Anchor } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "color" | "style"> & {
  ref?: Ref<HTMLAnchorElement>;
};

export const AnchorLink = createLink(Anchor<"a">);

export const IconLink = createLink((props: ActionIconProps & LinkProps) => (
  <ActionIcon component="a" {...props} />
));
