import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { account } from "@/accounts/account";
import { Problem } from "@/api/problem";
import { Failed } from "@/ui/Failed";
import { NotThere } from "@/ui/NotThere";
import { queries } from "./queries";
import { Shell } from "./shell/Shell";

/** Which notes the list shows; kept in the address, so that it can be shared and gone back to. */
export interface ListSearch {
  bucket?: string;
  tag?: string;
  shared?: "only";
  sort?: "updated_at";
}

function listSearch(given: Record<string, unknown>): ListSearch {
  return {
    ...(given.bucket ? { bucket: String(given.bucket) } : {}),
    ...(given.tag ? { tag: String(given.tag) } : {}),
    ...(given.shared === "only" ? { shared: "only" } : {}),
    ...(given.sort === "updated_at" ? { sort: "updated_at" } : {}),
  };
}

/** Where to go after signing in: a page of this app, never another site. */
function fromSearch(given: Record<string, unknown>): { from?: string } {
  const from = String(given.from ?? "");
  return /^\/(app|oauth)(?![^/?#])/.test(from) ? { from } : {};
}

const root = createRootRoute({ component: Outlet, errorComponent: Failed, notFoundComponent: NotThere });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: fromSearch,
  component: lazyRouteComponent(() => import("@/accounts/SignIn"), "SignIn"),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  validateSearch: fromSearch,
  component: lazyRouteComponent(() => import("@/accounts/SignUp"), "SignUp"),
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
  component: lazyRouteComponent(() => import("@/notes/NotesPage"), "NotesPage"),
});

const nothing = createRoute({
  getParentRoute: () => home,
  path: "/",
  component: lazyRouteComponent(() => import("@/notes/page/NothingOpen"), "NothingOpen"),
});

const note = createRoute({
  getParentRoute: () => home,
  path: "/note/$noteId",
  component: lazyRouteComponent(() => import("@/notes/page/NotePage"), "NotePage"),
});

const history = createRoute({
  getParentRoute: () => home,
  path: "/note/$noteId/history",
  validateSearch: (given: Record<string, unknown>): { version?: number } => {
    const version = Number(given.version);
    return Number.isInteger(version) && version > 0 ? { version } : {};
  },
  component: lazyRouteComponent(() => import("@/notes/history/HistoryPage"), "HistoryPage"),
});

const search = createRoute({
  getParentRoute: () => shell,
  path: "/search",
  validateSearch: (given: Record<string, unknown>): { q?: string; bucket?: string; tag?: string } => ({
    ...(given.q ? { q: String(given.q) } : {}),
    ...(given.bucket ? { bucket: String(given.bucket) } : {}),
    ...(given.tag ? { tag: String(given.tag) } : {}),
  }),
  component: lazyRouteComponent(() => import("@/search/SearchPage"), "SearchPage"),
});

const trash = createRoute({
  getParentRoute: () => shell,
  path: "/trash",
  component: lazyRouteComponent(() => import("@/notes/TrashPage"), "TrashPage"),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  component: lazyRouteComponent(() => import("./settings/SettingsPage"), "SettingsPage"),
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
  component: lazyRouteComponent(() => import("@/tokens/TokensPage"), "TokensPage"),
});

const accountPage = createRoute({
  getParentRoute: () => settings,
  path: "/account",
  component: lazyRouteComponent(() => import("@/accounts/AccountPage"), "AccountPage"),
});

const routes = root.addChildren([
  signIn,
  signUp,
  shell.addChildren([
    home.addChildren([nothing, note, history]),
    search,
    trash,
    settings.addChildren([settingsHome, tokens, accountPage]),
  ]),
]);

export const router = createRouter({
  routeTree: routes,
  basepath: "/app",
  defaultPreload: "intent",
  scrollRestoration: false,
});

window.addEventListener("signed-out", () => void router.invalidate());

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
