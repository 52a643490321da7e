/** `timesim schema`: the scenario format as JSON Schema, for editors. */
import { jsonSchema } from "../../scenario/schema.ts";
import { EXIT } from "../exit.ts";
import { type Io, sayJson } from "../output.ts";
import { protocolOf } from "../protocol.ts";

export function schema(_args: object, io: Io): number {
  sayJson(io, jsonSchema(protocolOf(io)));
  return EXIT.ok;
}
