/** TCP's constants as a scenario may set them; the defaults are argued in docs/network-model.md. */
import type { Fields, Settings } from "../kit/field.ts";
import type { Form } from "./forms.ts";
import { settings } from "./fields.ts";
import type { NetworkConfig } from "../engine/net.ts";
import { OPEN } from "./scope.ts";

/** Linux's, but for the user timeout and the cap on RTO, which the daemon shares (rule S6). */
export const NETWORK: NetworkConfig = {
  userTimeout: 30_000_000,
  dialTimeout: 127_000_000,
  keepalive: 60_000_000,
  rtoMin: 200_000,
  rtoMax: 20_000_000,
  sendBuffer: 8_388_608,
  receiveBuffer: 4_194_304,
} as NetworkConfig;

export const NETWORK_FIELDS: Fields = {
  userTimeout: {
    kind: "duration",
    about: "A session dies when its bytes stay unacknowledged this long",
    default: NETWORK.userTimeout,
  },
  dialTimeout: {
    kind: "duration",
    about: "A dial that nobody answers ends as a timeout after this long",
    default: NETWORK.dialTimeout,
  },
  keepalive: {
    kind: "duration",
    about: "An idle end of a dead session finds out after this long",
    default: NETWORK.keepalive,
  },
  rtoMin: {
    kind: "duration",
    about: "The shortest wait before a segment is sent again",
    default: NETWORK.rtoMin,
  },
  rtoMax: {
    kind: "duration",
    about: "Waits double up to this",
    default: NETWORK.rtoMax,
  },
  sendBuffer: {
    kind: "number",
    about: "Bytes a sender holds before the session is closed as slow",
    default: NETWORK.sendBuffer,
    min: 1,
    whole: true,
  },
  receiveBuffer: {
    kind: "number",
    about: "Bytes a receiver holds unread",
    default: NETWORK.receiveBuffer,
    min: 1,
    whole: true,
  },
};

export const network: Form<NetworkConfig> = settings(NETWORK_FIELDS, OPEN, "complete")
  .transform((given: Settings) => given as unknown as NetworkConfig)
  .meta({ description: "TCP's own constants" });
