const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

const full = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });
const thisYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const otherYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });

/** As short as a list wants it: `just now`, `4m ago`, `yesterday`, `12 Mar`. */
export function ago(time: string, now = new Date()): string {
  const then = new Date(time);
  const seconds = Math.max(0, (now.getTime() - then.getTime()) / 1000);
  if (seconds < 45) return "just now";
  if (seconds < HOUR) return `${Math.max(1, Math.round(seconds / MINUTE))}m ago`;
  if (seconds < DAY) return `${Math.round(seconds / HOUR)}h ago`;
  if (seconds < 2 * DAY) return "yesterday";
  if (seconds < WEEK) return `${Math.floor(seconds / DAY)}d ago`;
  return day(time, now);
}

/** A day, past or to come. */
export function day(time: string, now = new Date()): string {
  const then = new Date(time);
  return (then.getFullYear() === now.getFullYear() ? thisYear : otherYear).format(then);
}

export function fullTime(time: string): string {
  return full.format(new Date(time));
}

/** Whole days from now; negative where it has passed. */
export function daysUntil(time: string, now = new Date()): number {
  return Math.ceil((new Date(time).getTime() - now.getTime()) / (DAY * 1000));
}
