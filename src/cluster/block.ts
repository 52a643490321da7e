/** A block of loopback addresses for one run: the one that was asked for, or one that is free. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { formatIp, ipText, parseAddress, portOf } from "../core/address.ts";
import { BadInput } from "../core/assert.ts";
import type { Scenario } from "../scenario/model.ts";
import { type Claims, onLoopback } from "./loopback.ts";

/** `127.42.7` as the ip 127.42.7.0. */
export function parseBlock(text: string): number {
  const found = /^127\.\d+\.\d+$/.test(text) ? parseAddress(`${text}.0`, 0) : null;
  if (found !== null) return found / PORTS;
  const shown = JSON.stringify(text);
  throw new BadInput([`--net ${shown} — expected the first three numbers, such as 127.42.7`]);
}

/** Nobody listens where its nodes would. Tries a few at random. */
export async function freeBlock(kit: Claims, scenario: Scenario): Promise<number> {
  for (let left = TRIES; left > 0; left--) {
    const second = randomInt(SECOND_MIN, SECOND_MAX);
    const block = (LOOPBACK + second) * 65_536 + randomInt(256) * 256;
    if ((await takenIn(kit, scenario, block)) === null) return block;
  }
  throw new BadInput([`no free block of loopback addresses was found in ${TRIES} tries`]);
}

/** Throws BadInput if it will not do. */
export async function checkBlock(kit: Claims, scenario: Scenario, block: number): Promise<void> {
  const taken = await takenIn(kit, scenario, block);
  if (taken === null) return;
  const net = ipText(block).replace(/\.0$/, "");
  throw new BadInput([`--net ${net} — nobody can listen there: ${taken}`]);
}

const PORTS = 65_536;
const LOOPBACK = 127 * 256;
const TRIES = 20;
/** Others like the first numbers: 127.0.0.1, 127.0.0.53; tests have 127.11 to 127.16. */
const SECOND_MIN = 32;
const SECOND_MAX = 224;

/** Why a node could not listen; null: all could. */
async function takenIn(kit: Claims, scenario: Scenario, block: number): Promise<string | null> {
  const { nodes } = onLoopback(kit, scenario, block).scenario;
  const answers = nodes.map((node) => listens(formatIp(node.address), portOf(node.address)));
  return (await Promise.all(answers)).find((answer) => answer !== null) ?? null;
}

function listens(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
