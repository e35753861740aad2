import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import type { Account } from "@/api/types";
import { queries } from "@/app/queries";
import { forgetInvitation } from "@/sharing/invitation";
import { account } from "./account";

/** Runs a call that begins a session, then goes where the person wanted to. */
export function useEntering<Given>(enter: (given: Given) => Promise<Account>, from: string | undefined) {
  const router = useRouter();
  return useMutation({
    mutationFn: enter,
    meta: { quiet: true },
    onSuccess: (person) => {
      queries.clear();
      queries.setQueryData(account.queryKey, person);
      if ("note_id" in person && typeof person.note_id === "string") {
        forgetInvitation(); // signing up has accepted it
        router.history.push(`/app/note/${person.note_id}`);
      } else if (from?.startsWith("/oauth")) window.location.assign(from);
      else router.history.push(from ?? "/app");
    },
  });
}
