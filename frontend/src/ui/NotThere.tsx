import { Anchor, Stack, Text, Title } from "@mantine/core";

export function NotThere() {
  return (
    <Stack component="main" align="center" justify="center" mih="60vh" gap="sm" p="xl">
      <Title order={1} size="h3">
        There is nothing here
      </Title>
      <Text className="quiet" ta="center">
        The address may be old, or what was here is gone.
      </Text>
      <Anchor href="/app">All notes</Anchor>
    </Stack>
  );
}
