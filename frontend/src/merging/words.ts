/** Texts as rows of words and lines. */

const TOKENS = /\r\n|[\p{L}\p{N}\p{M}]+|\s|[^\p{L}\p{N}\p{M}\s]/gu;

export const words = (text: string): string[] => text.match(TOKENS) ?? [];

/** Lines with their ends. */
export const lines = (text: string): string[] => text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? [];
