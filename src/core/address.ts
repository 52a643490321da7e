/**
 * A node's address: ip and listening port in one number, ip × 65,536 + port (rule S1). It orders
 * numerically, hashes well and fits a float64. Every spelling of one address parses to one value.
 * Never concatenate and split texts: convert once at the edge.
 */
declare const brand: unique symbol;
export type Address = number & { readonly [brand]: "Address" };

const PORTS = 65_536;

export function address(ip: number, port: number): Address {
  return (ip * PORTS + port) as Address;
}

/** The IPv4 address as an unsigned 32-bit number. */
export function ipOf(value: Address): number {
  return Math.floor(value / PORTS);
}

export function portOf(value: Address): number {
  return value % PORTS;
}

export function withPort(value: Address, port: number): Address {
  return address(ipOf(value), port);
}

interface Spelling {
  readonly ip: number;
  /** Null when the text names none. */
  readonly port: number | null;
}

/** A pure function's memory, bounded: losing it costs time, never changes a result. */
const spellings = new Map<string, Spelling | null>();
const SPELLINGS_MAX = 16_384;
/** No spelling of an address is longer; what hostile peers send is not remembered. */
const SPELLING_LENGTH_MAX = 32;

/**
 * `203.0.113.10`, `203.0.113.10:24100`, `::ffff:203.0.113.10`, `[::ffff:203.0.113.10]:24100`.
 * A spelling without port takes `defaultPort`. Null for names, IPv6 proper, leading zeros, ports
 * outside 0..65,535 and anything else.
 */
export function parseAddress(text: string, defaultPort: number): Address | null {
  const spelling = spellings.get(text) ?? spelt(text);
  if (spelling === null) return null;
  return address(spelling.ip, spelling.port ?? defaultPort);
}

function spelt(text: string): Spelling | null {
  if (text.length > SPELLING_LENGTH_MAX) return null;
  const spelling = readSpelling(text);
  if (spellings.size >= SPELLINGS_MAX) spellings.clear();
  spellings.set(text, spelling);
  return spelling;
}

function readSpelling(text: string): Spelling | null {
  const match = /^(?:\[(?:::ffff:)?([\d.]+)\]|(?:::ffff:)?([\d.]+))(?::(\d{1,5}))?$/i.exec(text);
  if (match === null) return null;
  const ip = parseIp(match[1] ?? match[2] ?? "");
  const port = match[3] === undefined ? null : Number(match[3]);
  return ip === null || (port !== null && port >= PORTS) ? null : { ip, port };
}

function parseIp(text: string): number | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let ip = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    ip = ip * 256 + Number(part);
  }
  return ip;
}

export function formatIp(value: Address): string {
  return ipText(ipOf(value));
}

/** Of an ip alone, as a number. */
export function ipText(ip: number): string {
  return `${ip >>> 24}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;
}

export function formatAddress(value: Address): string {
  return `${formatIp(value)}:${portOf(value)}`;
}

/**
 * RFC 1918, loopback, link-local: addresses that mean something only at home (rules S5, S7, X5).
 */
export function isPrivate(value: Address): boolean {
  const ip = ipOf(value);
  const a = ip >>> 24;
  const b = (ip >>> 16) & 255;
  if (a === 10 || a === 127) return true;
  return (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254);
}

/** 0.0.0.0/8, multicast, reserved and broadcast, or port 0: never a node (rule S5). */
export function isUnusable(value: Address): boolean {
  const a = ipOf(value) >>> 24;
  return a === 0 || a >= 224 || portOf(value) === 0;
}
