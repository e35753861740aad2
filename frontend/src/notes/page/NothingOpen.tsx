import { Kbd, Stack, Text } from "@mantine/core";
import { Logo } from "@/ui/Logo";

export function NothingOpen() {
  return (
    <Stack align="center" justify="center" h="100%" gap={10} p="xl">
      <Logo size={52} />
      <Text className="quiet" ta="center">
        Open a note, or press <Kbd>Ctrl K</Kbd> to find one.
      </Text>
    </Stack>
  );
}
