/**
 * Where a machine's randomness comes from: one stream for each label, of one incarnation of one
 * node, of one seed. Both worlds and the replay draw by these names, so a seed is all they share.
 */
import { type Random, Streams } from "../core/random.ts";

export function nodeStreams(seed: string): Streams {
  return new Streams(`${seed}/node`);
}

export function streamOf(
  streams: Streams,
  name: string,
  incarnation: number,
  label: string,
): Random {
  return streams.get(`${name}#${incarnation}/${label}`);
}
