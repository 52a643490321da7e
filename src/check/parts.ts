/** Whoever hangs together, directly or through others. */

/** In the order of the first of each; the members of each rising. */
export function partsOf(
  nodes: Iterable<number>,
  joined: (one: number, other: number) => boolean,
): readonly (readonly number[])[] {
  const left = new Set(nodes);
  const found: (readonly number[])[] = [];
  for (const first of left) {
    const part = [first];
    left.delete(first);
    for (const node of part) {
      for (const other of left) {
        if (!joined(node, other)) continue;
        part.push(other);
        left.delete(other);
      }
    }
    found.push(part.sort((a, b) => a - b));
  }
  return found;
}
