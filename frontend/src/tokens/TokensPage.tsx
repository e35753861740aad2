import { Button, Skeleton } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { sentence } from "@/api/problem";
import type { NewToken } from "@/api/types";
import { SectionHead } from "@/ui/SectionHead";
import { useTitle } from "@/ui/useTitle";
import { Advice } from "./Advice";
import { NewTokenForm } from "./NewTokenForm";
import { tokensQuery } from "./queries";
import { ShownOnce } from "./ShownOnce";
import { DeadTokens, LiveTokens } from "./TokenTable";

/** Personal Access Tokens: made, watched and revoked here. */
export function TokensPage() {
  useTitle("Access tokens");
  const tokens = useQuery(tokensQuery);
  const [isMaking, setMaking] = useState(false);
  // Kept in this component alone, never in the cache: it is gone when the dialog closes.
  const [made, setMade] = useState<NewToken | null>(null);
  const live = tokens.data?.filter((token) => token.state === "live") ?? [];
  const dead = tokens.data?.filter((token) => token.state !== "live") ?? [];
  return (
    <>
      <SectionHead
        title="Personal access tokens"
        action={
          <Button leftSection={<IconPlus size={17} />} onClick={() => setMaking(true)}>
            New token
          </Button>
        }
      >
        Let an agent or a script into your notes, as far as you want, and end it here at any time.
      </SectionHead>
      <Advice tokens={live} />
      {tokens.isPending && <Skeleton height={160} radius="lg" />}
      {tokens.error && !tokens.data && <p role="alert">{sentence(tokens.error)}</p>}
      {tokens.data && <LiveTokens tokens={live} onNew={() => setMaking(true)} onMade={setMade} />}
      {dead.length > 0 && <DeadTokens tokens={dead} />}
      {isMaking && (
        <NewTokenForm
          onClose={() => setMaking(false)}
          onMade={(token) => {
            setMaking(false);
            setMade(token);
          }}
        />
      )}
      {made && <ShownOnce token={made} onClose={() => setMade(null)} />}
    </>
  );
}
