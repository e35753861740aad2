import { createTheme, type MantineColorsTuple, rem } from "@mantine/core";

const indigo: MantineColorsTuple = [
  "#eef1ff",
  "#dfe4fe",
  "#bfc9fd",
  "#9dacfb",
  "#7f92f8",
  "#6a80f5",
  "#4f67ee",
  "#4060e6",
  "#3552cf",
  "#2a43ae",
];

// Darker than Mantine's from 6 on: white text must be legible on it.
const red: MantineColorsTuple = [
  "#fff1f0",
  "#fde2e0",
  "#f9c1be",
  "#f59a95",
  "#f07a74",
  "#e85b54",
  "#d3332e",
  "#cf2f2b",
  "#b92420",
  "#9c1b18",
];

/** Colours beyond Mantine's own stand in global.css, for both schemes. */
export const theme = createTheme({
  respectReducedMotion: true,
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 7 },
  colors: {
    indigo,
    red,
    dark: [
      "#e4e5ec",
      "#b9bbc8",
      "#9a9db0",
      "#70738a",
      "#3a3c49",
      "#2c2e39",
      "#23252f",
      "#17181e",
      "#121318",
      "#0d0e12",
    ],
  },
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: "650" },
  defaultRadius: "md",
  radius: { md: rem(8), lg: rem(12) },
  cursorType: "pointer",
  autoContrast: false,
  focusRing: "auto",
  components: {
    Modal: {
      styles: { title: { fontSize: rem(18), fontWeight: 660, letterSpacing: "-0.012em", lineHeight: 1.3 } },
      defaultProps: {
        radius: "lg",
        centered: true,
        overlayProps: { backgroundOpacity: 0.4, blur: 3 },
        closeButtonProps: { "aria-label": "Close" },
      },
    },
    // A menu takes the focus itself: an element for that, which is no item, may not stand in it (WAI-ARIA).
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    InputWrapper: { defaultProps: { withAsterisk: false } }, // what may stay empty says so instead
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Dismiss" } } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
    Anchor: { defaultProps: { underline: "always" } },
    Button: { styles: { label: { fontWeight: 600 } } },
  },
});
