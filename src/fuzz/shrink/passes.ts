/** What is tried, in order: what makes the next trials cheap comes first. */
import type { Pass } from "./edit.ts";
import {
  fewerEvents,
  fewerNodes,
  fewerStories,
  nodesBypassed,
  pairsOfEvents,
  pairsOfNodes,
} from "./fewer.ts";
import { fewerStruck, milderFaults } from "./milder.ts";
import { constantLatency, fewerTies, usualAgain } from "./plainer.ts";
import { lowerHeights, plainNames, rounderNumbers } from "./rounder.ts";
import { shorter, sooner } from "./times.ts";

export const PASSES: readonly Pass[] = [
  shorter,
  fewerNodes,
  fewerStories,
  usualAgain,
  fewerEvents,
  nodesBypassed,
  pairsOfNodes,
  pairsOfEvents,
  fewerTies,
  milderFaults,
  fewerStruck,
  sooner,
  shorter,
  constantLatency,
  lowerHeights,
  rounderNumbers,
  plainNames,
];
