/** The token of an invitation, between the link in the mail and the account that it is for. */

const KEY = "spote-invitation";

/** Taken from the address, where it must not stay; kept until this tab is closed or the invitation is used. */
export function takeInvitation(): string | null {
  const given = window.location.hash.slice(1);
  if (given) {
    sessionStorage.setItem(KEY, given);
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  }
  return keptInvitation();
}

export function keptInvitation(): string | null {
  return sessionStorage.getItem(KEY);
}

export function forgetInvitation(): void {
  sessionStorage.removeItem(KEY);
}
