import { Checkbox, SimpleGrid, Stack, Switch, TagsInput } from "@mantine/core";
import { useBuckets, useTags } from "@/notes/queries";
import classes from "./AccessFields.module.css";
import type { Wishes } from "./wishes";
import { PRESETS, presetOf, VERBS, type Verb } from "./words";

/** Verbs × places. */
export function AccessFields({ wishes, onChange }: { wishes: Wishes; onChange: (wishes: Wishes) => void }) {
  const set = (change: Partial<Wishes>) => onChange({ ...wishes, ...change });
  const buckets = useBuckets().map((one) => one.name);
  const tags = useTags().map((one) => one.name);
  return (
    <Stack gap="md">
      <VerbFields verbs={wishes.verbs} onChange={(verbs) => set({ verbs })} />
      <fieldset className={classes.fields}>
        <legend>Where</legend>
        <Stack gap="sm">
          <TagsInput
            label="Only in these buckets"
            placeholder={wishes.buckets.length === 0 ? "all buckets" : ""}
            data={buckets}
            value={wishes.buckets}
            onChange={(value) => set({ buckets: value })}
          />
          <TagsInput
            label="Never in these buckets"
            placeholder={wishes.exceptBuckets.length === 0 ? "none" : ""}
            data={buckets}
            value={wishes.exceptBuckets}
            onChange={(value) => set({ exceptBuckets: value })}
          />
          <TagsInput
            label="Only notes with one of these tags"
            placeholder={wishes.tags.length === 0 ? "any" : ""}
            data={tags}
            value={wishes.tags}
            onChange={(value) => set({ tags: value.map((tag) => tag.replace(/^#/, "").toLowerCase()) })}
          />
          <Switch
            label="Only notes that it made itself"
            checked={wishes.ownNotesOnly}
            onChange={(event) => set({ ownNotesOnly: event.currentTarget.checked })}
          />
        </Stack>
      </fieldset>
    </Stack>
  );
}

function VerbFields({ verbs, onChange }: { verbs: Verb[]; onChange: (verbs: Verb[]) => void }) {
  const preset = presetOf(verbs);
  return (
    <fieldset className={classes.fields}>
      <legend>May</legend>
      <div className={classes.presets}>
        {PRESETS.map((one) => (
          <button
            key={one.name}
            type="button"
            className={classes.preset}
            aria-pressed={preset === one.name}
            onClick={() => onChange(one.verbs)}
          >
            {one.label}
          </button>
        ))}
      </div>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" verticalSpacing={8}>
        {VERBS.map((one) => (
          <Checkbox
            key={one.verb}
            size="sm"
            label={one.label}
            description={one.detail}
            checked={verbs.includes(one.verb)}
            onChange={(event) =>
              onChange(
                event.currentTarget.checked
                  ? [...verbs, one.verb]
                  : verbs.filter((verb) => verb !== one.verb),
              )
            }
          />
        ))}
      </SimpleGrid>
    </fieldset>
  );
}
