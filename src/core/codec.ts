/** Messages to bytes and back. Bad bytes are a peer's fault and therefore a value. */
export interface Codec<T> {
  /** One line without its newline, UTF-8. */
  encode(message: T): Uint8Array;
  decode(line: Uint8Array): Decoded<T>;
}

/**
 * `garbled`: no message at all, or a known one of wrong shape. `unknown`: well-formed, of a type
 * this version does not know (`name` says which), which is no fault (rule S8).
 */
export type Decoded<T> =
  | { readonly kind: "message"; readonly message: T }
  | { readonly kind: "unknown"; readonly name: string }
  | { readonly kind: "garbled"; readonly error: string };
