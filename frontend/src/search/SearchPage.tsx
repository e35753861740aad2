import { Alert, Select, Stack, Text } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { sentence } from "@/api/problem";
import type { FoundNote } from "@/api/types";
import { useBuckets, useTags } from "@/notes/queries";
import { Ago } from "@/ui/Ago";
import { TagLink } from "@/ui/TagLink";
import { useTitle } from "@/ui/useTitle";
import { Passage } from "./Passage";
import { type Found, searchQuery } from "./queries";
import classes from "./SearchPage.module.css";

const route = getRouteApi("/shell/search");
const STRONG = 0.8; // a score above which a note fits well

/** What was found, best first: the passage, the words in it, and why. */
export function SearchPage() {
  const { q, bucket, tag } = route.useSearch();
  const found = useQuery({ ...searchQuery({ q: q ?? "", bucket, tag }), enabled: !!q });
  useTitle(q ? `${q} – search` : "Search");
  return (
    <main id="main" className={classes.page} tabIndex={-1}>
      <header className={classes.head}>
        <h1 className={classes.title}>Search</h1>
        <Filters />
      </header>
      {found.error && <Alert color="red">{sentence(found.error)}</Alert>}
      {found.data && <Results found={found.data} q={q ?? ""} />}
      {!q && <Text className="quiet">Type in the box above: words, or what you mean.</Text>}
    </main>
  );
}

function Filters() {
  const { bucket, tag } = route.useSearch();
  const navigate = useNavigate({ from: "/search" });
  const buckets = useBuckets().map((one) => one.name);
  const tags = useTags().map((one) => ({ value: one.name, label: `#${one.name}` }));
  return (
    <div className={classes.filters}>
      <Select
        size="xs"
        aria-label="Bucket"
        placeholder="Any bucket"
        data={buckets}
        value={bucket ?? null}
        clearable
        searchable
        onChange={(value) => void navigate({ search: (was) => ({ ...was, bucket: value ?? undefined }) })}
      />
      <Select
        size="xs"
        aria-label="Tag"
        placeholder="Any tag"
        data={tags}
        value={tag ?? null}
        clearable
        searchable
        onChange={(value) => void navigate({ search: (was) => ({ ...was, tag: value ?? undefined }) })}
      />
    </div>
  );
}

function Results({ found, q }: { found: Found; q: string }) {
  if (found.items.length === 0) {
    return (
      <Stack align="center" gap={6} pt={72}>
        <IconSearch size={34} stroke={1.2} className="quiet" aria-hidden />
        <Text fw={600}>Nothing found</Text>
        <Text size="sm" className="quiet" ta="center">
          {found.mode === "keyword"
            ? "No note has these words."
            : `No note has these words, and none means something like “${q}”.`}
        </Text>
      </Stack>
    );
  }
  return (
    <>
      <p className={classes.summary} role="status">
        {found.total === 1 ? "1 note" : `${found.total} notes`}
        {found.mode === "keyword" && ", by words alone"}
        {found.waiting > 0 && `; ${found.waiting} new ones are found by words until their meaning is known`}
      </p>
      <ol className={classes.results}>
        {found.items.map((note) => (
          <Result key={note._id} note={note} />
        ))}
      </ol>
    </>
  );
}

function Result({ note }: { note: FoundNote }) {
  return (
    <li className={classes.result}>
      <Link to="/note/$noteId" params={{ noteId: note._id }} className={classes.link}>
        <span className={classes.name}>{note.title}</span>
        <Passage snippet={note.snippet} />
      </Link>
      <p className={classes.foot}>
        <span className={classes.why}>{why(note)}</span>
        <span>{note.bucket}</span>
        <Ago time={note.updated_at} />
        {note.tags.slice(0, 5).map((tag) => (
          <TagLink key={tag} tag={tag} />
        ))}
      </p>
    </li>
  );
}

function why(note: FoundNote): string {
  const strength = note.score > STRONG ? "Strong match" : "Match";
  const ways = note.matched_by.map((way) => (way === "words" ? "words" : "meaning"));
  return ways.length > 0 ? `${strength} by ${ways.join(" and ")}` : strength;
}
