import { Drawer } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { Outlet, useLocation } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useLive } from "@/api/live";
import { useLeftDrafts } from "@/notes/saving/useLeftDrafts";
import { openPalette, usePalette } from "../palette/opening";
import classes from "./Shell.module.css";
import { Sidebar } from "./Sidebar";
import { TopBar } from "./TopBar";

const Palette = lazy(() => import("../palette/Palette"));

/** What is around every page of a person who is signed in. */
export function Shell() {
  useLive();
  useLeftDrafts();
  const [isOpen, drawer] = useDisclosure();
  const { pathname, searchStr } = useLocation();
  const isPaletteWanted = usePalette();
  useHotkeys([["mod+K", openPalette]], []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: wherever it led, the drawer is done
  useEffect(() => {
    drawer.close();
  }, [pathname, searchStr, drawer.close]);
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        Skip to content
      </a>
      <TopBar onMenu={drawer.open} />
      <nav className={`${classes.side} screen-only`} aria-label="Notes">
        <Sidebar />
      </nav>
      <Drawer
        opened={isOpen}
        onClose={drawer.close}
        size={300}
        title="Spote"
        closeButtonProps={{ "aria-label": "Close menu" }}
        classNames={{ content: classes.drawer, header: classes.drawer, body: classes.drawerBody }}
      >
        <nav aria-label="Notes">
          <Sidebar />
        </nav>
      </Drawer>
      <div className={classes.content}>
        <Outlet />
      </div>
      <Suspense>{isPaletteWanted && <Palette />}</Suspense>
    </div>
  );
}
