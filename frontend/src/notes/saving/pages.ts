/** Which pages of this browser are alive: only drafts of pages that are gone may be taken over. */

export interface Pages {
  /** This page's name. */
  readonly own: string;
  /** Whether the page with this name still answers. */
  isAlive(page: string): Promise<boolean>;
}

const PATIENCE = 200; // ms for a page to answer

export function browserPages(): Pages {
  const own = crypto.getRandomValues(new Uint32Array(3)).join("-");
  if (typeof BroadcastChannel === "undefined") return { own, isAlive: async () => false };
  const channel = new BroadcastChannel("spote-pages");
  const waiting = new Map<string, () => void>();
  channel.onmessage = ({ data }: MessageEvent<{ ask?: string; alive?: string }>) => {
    if (data.ask === own) channel.postMessage({ alive: own });
    if (data.alive) waiting.get(data.alive)?.();
  };
  return {
    own,
    isAlive: (page) => {
      if (page === own) return Promise.resolve(true);
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), PATIENCE);
        waiting.set(page, () => {
          clearTimeout(timer);
          resolve(true);
        });
        channel.postMessage({ ask: page });
      });
    },
  };
}
