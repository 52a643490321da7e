/** A text inside a regular expression. */

/** Matches that text and no other. */
export function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
