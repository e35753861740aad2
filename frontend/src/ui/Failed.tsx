import { Button, Stack, Text, Title } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { sentence } from "@/api/problem";

/** In place of what could not be shown. */
export function Failed({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <Stack component="main" align="center" justify="center" mih="60vh" gap="sm" p="xl" role="alert">
      <Title order={1} size="h3">
        This did not work
      </Title>
      <Text className="quiet" ta="center" maw={420}>
        {sentence(error)}
      </Text>
      <Button variant="light" onClick={() => void router.invalidate()}>
        Try again
      </Button>
    </Stack>
  );
}
