/**
 * Freezes plain data all the way down and returns it. Already frozen parts are taken as done, so
 * that re-freezing a large state after a small change costs only the change. A Map or Set refuses
 * its methods that change it; bytes cannot be frozen, and are left as they are.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (ArrayBuffer.isView(value)) return value;
  const holds = value instanceof Map || value instanceof Set;
  if (holds) Object.defineProperties(value, REFUSING);
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  if (holds) for (const parts of value.entries()) parts.forEach(deepFreeze);
  return value;
}

const refuse = {
  value: (): never => {
    throw new TypeError("Cannot change a Map or Set that is frozen");
  },
};
const REFUSING = { set: refuse, add: refuse, delete: refuse, clear: refuse };
