import { Alert, Button, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import type { NewToken } from "@/api/types";
import { useCopying } from "@/ui/copying";
import { Dialog } from "@/ui/Dialog";
import { say } from "@/ui/say";
import { CONFIGURATIONS } from "./configurations";
import classes from "./ShownOnce.module.css";

/** The token, this once, with what each tool needs to be told. */
export function ShownOnce({ token, onClose }: { token: NewToken; onClose: () => void }) {
  return (
    // Nothing but a button that says so ends it: it cannot be shown again.
    <Dialog
      onClose={onClose}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title="Copy your token now"
      size={600}
    >
      <Stack>
        <Alert color="yellow" className={classes.warning} icon={<IconAlertTriangle size={20} />}>
          This is the only time the token is shown. Store it somewhere safe.
        </Alert>
        <Copyable label={`Token for ${token.label}`} text={token.token} isBig />
        <Ready secret={token.token} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Done
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function Ready({ secret }: { secret: string }) {
  const [tool, setTool] = useState(CONFIGURATIONS[0]?.tool ?? "");
  const chosen = CONFIGURATIONS.find((one) => one.tool === tool);
  return (
    <Stack gap="xs">
      <NativeSelect
        label="Ready-made configuration for"
        value={tool}
        data={CONFIGURATIONS.map((one) => one.tool)}
        onChange={(event) => setTool(event.currentTarget.value)}
      />
      {chosen && (
        <>
          <Text size="sm" className="quiet">
            {chosen.hint}
          </Text>
          <Copyable
            key={tool}
            label={`Configuration for ${tool}`}
            text={chosen.text(window.location.origin, secret)}
          />
        </>
      )}
    </Stack>
  );
}

function Copyable({ label, text, isBig }: { label: string; text: string; isBig?: boolean }) {
  const { isCopied, copy } = useCopying(() =>
    say.failed("This browser does not let pages copy: select it by hand."),
  );
  return (
    <div className={classes.copyable} data-big={isBig}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard */}
      <section className={classes.text} aria-label={label} tabIndex={0}>
        {text}
      </section>
      <Button
        variant={isBig ? "filled" : "default"}
        color={isCopied ? "teal.9" : "indigo"}
        size={isBig ? "sm" : "xs"}
        leftSection={isCopied ? <IconCheck size={16} /> : <IconCopy size={16} />}
        onClick={() => copy(text)}
      >
        {isCopied ? "Copied" : "Copy"}
      </Button>
    </div>
  );
}
