import { IconKey, IconPlugConnected, IconUser } from "@tabler/icons-react";
import { Link, Outlet } from "@tanstack/react-router";
import classes from "./SettingsPage.module.css";

const size = { size: 17, stroke: 1.7 };
const PAGES = [
  { to: "/settings/tokens", label: "Access tokens", icon: <IconKey {...size} /> },
  { to: "/settings/apps", label: "Connected apps", icon: <IconPlugConnected {...size} /> },
  { to: "/settings/account", label: "Account", icon: <IconUser {...size} /> },
] as const;

export function SettingsPage() {
  return (
    <main id="main" className={classes.page} tabIndex={-1}>
      <h1 className={classes.title}>Settings</h1>
      <nav className={classes.tabs} aria-label="Settings">
        {PAGES.map((page) => (
          <Link
            key={page.to}
            to={page.to}
            className={classes.tab}
            activeProps={{ className: classes.active, "aria-current": "page" }}
          >
            {page.icon}
            {page.label}
          </Link>
        ))}
      </nav>
      <Outlet />
    </main>
  );
}
