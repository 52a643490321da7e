/**
 * Freezes plain data all the way down and returns it. Already frozen parts are taken as done, so
 * that re-freezing a large state after a small change costs only the change.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
