import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import type { ComponentType } from "react";
import { account } from "@/accounts/account";
import { Problem } from "@/api/problem";
import type { Search } from "@/search/queries";
import { Failed } from "@/ui/Failed";
import { NotThere } from "@/ui/NotThere";
import { queries } from "./queries";
import { Shell } from "./shell/Shell";

/** Which notes the list shows; kept in the address, so that it can be shared and gone back to. */
export interface ListSearch {
  bucket?: string | undefined;
  tag?: string | undefined;
  shared?: "only" | undefined;
  sort?: "updated_at" | undefined;
}

// Each of these names every key that it knows: what it leaves out, the router would keep as it came.

function listSearch(given: Record<string, unknown>): ListSearch {
  return {
    bucket: text(given.bucket),
    tag: text(given.tag),
    shared: given.shared === "only" ? "only" : undefined,
    sort: given.sort === "updated_at" ? "updated_at" : undefined,
  };
}

/** Where to go after signing in: a page of this server, never another site. */
function fromSearch(given: Record<string, unknown>): { from?: string | undefined } {
  const from = text(given.from);
  return { from: from && /^\/(app|oauth)(?![^/?#])/.test(from) ? from : undefined };
}

function searchSearch(given: Record<string, unknown>): Partial<Search> {
  return { q: text(given.q), bucket: text(given.bucket), tag: text(given.tag) };
}

function historySearch(given: Record<string, unknown>): { version?: number | undefined } {
  const version = Number(given.version);
  return { version: Number.isInteger(version) && version > 0 ? version : undefined };
}

function text(given: unknown): string | undefined {
  return given === undefined || given === "" ? undefined : String(given);
}

/** A component whose code is fetched when it is first shown, or about to be. */
function page<Module extends Record<string, ComponentType>, Name extends keyof Module>(
  load: () => Promise<Module>,
  name: Name,
) {
  return lazyRouteComponent(() => load().catch(orOffline), name);
}

/**
 * The router loads the whole page anew where code is missing: a newer version of the app has other files. While the
 * server cannot be reached, that would replace the app by the browser's page for it.
 */
async function orOffline(error: unknown): Promise<never> {
  await fetch("/healthz").catch(() => {
    throw Problem.offline();
  });
  throw error;
}

const root = createRootRoute({ component: Outlet, errorComponent: Failed, notFoundComponent: NotThere });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: fromSearch,
  component: page(() => import("@/accounts/SignIn"), "SignIn"),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  validateSearch: fromSearch,
  component: page(() => import("@/accounts/SignUp"), "SignUp"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: page(() => import("@/sharing/InvitationPage"), "InvitationPage"),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: Shell,
  errorComponent: Failed,
  beforeLoad: async ({ location }) => {
    try {
      await queries.ensureQueryData(account);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      throw redirect({ to: "/sign-in", search: { from: `/app${location.href}` } });
    }
  },
});

const home = createRoute({
  getParentRoute: () => shell,
  id: "notes",
  validateSearch: listSearch,
  component: page(() => import("@/notes/NotesPage"), "NotesPage"),
});

const nothing = createRoute({
  getParentRoute: () => home,
  path: "/",
  component: page(() => import("@/notes/page/NothingOpen"), "NothingOpen"),
});

const note = createRoute({
  getParentRoute: () => home,
  path: "/note/$noteId",
  component: page(() => import("@/notes/page/NotePage"), "NotePage"),
});

const history = createRoute({
  getParentRoute: () => home,
  path: "/note/$noteId/history",
  validateSearch: historySearch,
  component: page(() => import("@/notes/history/HistoryPage"), "HistoryPage"),
});

const search = createRoute({
  getParentRoute: () => shell,
  path: "/search",
  validateSearch: searchSearch,
  component: page(() => import("@/search/SearchPage"), "SearchPage"),
});

const trash = createRoute({
  getParentRoute: () => shell,
  path: "/trash",
  component: page(() => import("@/notes/TrashPage"), "TrashPage"),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  component: page(() => import("./settings/SettingsPage"), "SettingsPage"),
});

const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/settings/tokens" });
  },
});

const tokens = createRoute({
  getParentRoute: () => settings,
  path: "/tokens",
  component: page(() => import("@/tokens/TokensPage"), "TokensPage"),
});

const apps = createRoute({
  getParentRoute: () => settings,
  path: "/apps",
  component: page(() => import("@/apps/AppsPage"), "AppsPage"),
});

const accountPage = createRoute({
  getParentRoute: () => settings,
  path: "/account",
  component: page(() => import("@/accounts/AccountPage"), "AccountPage"),
});

const routes = root.addChildren([
  signIn,
  signUp,
  invitation,
  shell.addChildren([
    home.addChildren([nothing, note, history]),
    search,
    trash,
    settings.addChildren([settingsHome, tokens, apps, accountPage]),
  ]),
]);

export const router = createRouter({
  routeTree: routes,
  basepath: "/app",
  defaultPreload: "intent",
  defaultErrorComponent: Failed, // in the place of what failed, the rest of the page stays
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
