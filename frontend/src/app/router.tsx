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

const list = createRoute({ getParentRoute: () => home, path: "/" });
const note = createRoute({ getParentRoute: () => home, path: "/note/$noteId" });

const routes = root.addChildren([signIn, signUp, shell.addChildren([home.addChildren([list, note])])]);

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
