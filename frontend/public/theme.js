// Runs before the first paint, so that a dark page never flashes white. A file, as the page allows no inline script.
(() => {
  const chosen = localStorage.getItem("mantine-color-scheme-value");
  const prefers = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const scheme = chosen === "light" || chosen === "dark" ? chosen : prefers;
  document.documentElement.setAttribute("data-mantine-color-scheme", scheme);
})();
