import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";

/** The theme that is not on, and the way to it. */
export function useOtherTheme(): { isDark: boolean; label: string; change: () => void } {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") !== "dark";
  return {
    isDark,
    label: isDark ? "Dark theme" : "Light theme",
    change: () => setColorScheme(isDark ? "dark" : "light"),
  };
}
