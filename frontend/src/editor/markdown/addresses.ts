/** Which addresses a note may point to. A note may come from somebody else. */

const SAFE = new Set(["http:", "https:", "mailto:", "tel:"]);
const PICTURE = /^data:image\/(?:png|gif|jpeg|webp|avif);/i;

/** Browsers skip controls and blanks inside "java\nscript:"; so do we before looking at the scheme. */
const visible = (address: string): string =>
  [...address].filter((char) => !/[\p{C}\p{Z}]/u.test(char)).join("");

const schemeOf = (address: string): string | null =>
  /^([a-z][a-z0-9+.-]*:)/i.exec(visible(address))?.[1]?.toLowerCase() ?? null;

/** The address if a reader may follow it, else null. */
export function safeHref(href: string): string | null {
  const scheme = schemeOf(href);
  return scheme === null || SAFE.has(scheme) ? href.trim() : null;
}

/** The address if it may be loaded as a picture: of this server, or inside the text. Never a third party's. */
export function safeImage(src: string): string | null {
  if (PICTURE.test(src)) return src;
  if (src.startsWith("blob:")) return src;
  if (schemeOf(src) === null && !/^\s*[\\/]{2}/.test(src)) return src;
  return sameOrigin(src) ? src : null;
}

function sameOrigin(src: string): boolean {
  if (typeof location === "undefined") return false;
  try {
    return new URL(src).origin === location.origin;
  } catch {
    return false;
  }
}
