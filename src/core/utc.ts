/**
 * Civil dates, UTC, without `Date`, which is for other folders (Howard Hinnant's algorithms).
 * `2025-12-21 21:50:05.240`, as logs write it; `2025-12-21T21:50:05Z`, as files may.
 */
import { MILLISECOND, SECOND, type UnixMicros } from "./units.ts";

const DAY_MS = 86_400_000;

/** To the millisecond, rounded down. */
export function formatUtc(wall: UnixMicros): string {
  const millis = Math.floor(wall / MILLISECOND);
  const days = Math.floor(millis / DAY_MS);
  const rest = millis - days * DAY_MS;
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const day = z - era * 146_097;
  const year = Math.floor(
    (day - Math.floor(day / 1_460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365,
  );
  const ofYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = Math.floor((5 * ofYear + 2) / 153);
  const ofMonth = ofYear - Math.floor((153 * month + 2) / 5) + 1;
  const civil = month < 10 ? month + 3 : month - 9;
  const civilYear = year + era * 400 + (civil <= 2 ? 1 : 0);
  const clock = [rest / 3_600_000, (rest / 60_000) % 60, (rest / 1_000) % 60].map((part) =>
    two(Math.floor(part)),
  );
  const date = `${String(civilYear).padStart(4, "0")}-${two(civil)}-${two(ofMonth)}`;
  return `${date} ${clock.join(":")}.${String(rest % 1_000).padStart(3, "0")}`;
}

const MOMENT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?Z$/;

/** Null for anything else, also for days that no calendar has. */
export function parseUtc(text: string): UnixMicros | null {
  const match = MOMENT.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const micros = Number((match[7] ?? "").padEnd(6, "0"));
  const days = daysSince1970(year, month, day);
  const wall = (((days * 24 + hour) * 60 + minute) * 60 + second) * SECOND + micros;
  const again = formatUtc(wall as UnixMicros);
  const isReal = again.startsWith(`${match[1]}-${match[2]}-${match[3]} ${match[4]}:${match[5]}`);
  return isReal ? (wall as UnixMicros) : null;
}

function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const days = ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear;
  return era * 146_097 + days - 719_468;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
