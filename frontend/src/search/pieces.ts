export interface Piece {
  at: number;
  text: string;
  isMatch: boolean;
}

interface Snippet {
  text: string;
  start: number;
  matches: [number, number][];
}

/** A passage cut at its matches. Offsets count Unicode characters of the whole note, as the server counts. */
export function piecesOf({ text, start, matches }: Snippet): Piece[] {
  const characters = [...text];
  const pieces: Piece[] = [];
  let at = 0;
  const add = (until: number, isMatch: boolean) => {
    if (until > at) pieces.push({ at, text: characters.slice(at, until).join(""), isMatch });
    at = Math.max(at, until);
  };
  for (const [from, to] of matches) {
    add(Math.min(from - start, characters.length), false);
    add(Math.min(to - start, characters.length), true);
  }
  add(characters.length, false);
  return pieces;
}
