import { useEffect, useState } from "react";
import { ago, fullTime } from "./times";

/** How long ago, kept true while the page stays open; the whole time on hover. */
export function Ago({ time }: { time: string }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 30_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={time} title={fullTime(time)}>
      {ago(time)}
    </time>
  );
}
