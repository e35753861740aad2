import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Logo } from "@/ui/Logo";
import classes from "./EntryPage.module.css";

/** The frame of signing in and up. */
export function EntryPage(props: { title: string; lead: string; children: ReactNode; foot?: ReactNode }) {
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <Stack gap={6} align="center" mb="lg">
          <Logo size={48} />
          <Title order={1} size="h2" mt="sm" ta="center">
            {props.title}
          </Title>
          <Text className="quiet" ta="center" size="sm">
            {props.lead}
          </Text>
        </Stack>
        {props.children}
        {props.foot && (
          <Text size="sm" ta="center" mt="lg" className={`quiet ${classes.foot}`}>
            {props.foot}
          </Text>
        )}
      </div>
    </main>
  );
}
