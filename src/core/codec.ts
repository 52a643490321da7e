/** Messages to bytes and back. Bad bytes are a peer's fault and therefore a value. */
export interface Codec<T> {
  /** One line without its newline, UTF-8. */
  encode(message: T): Uint8Array;
  /** How many bytes `encode` would give, if there is a quicker way to know. */
  size?(message: T): number;
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

/** A saved value to the bytes of its file and back. Bytes that are no such file are a value. */
export interface FileCodec<T> {
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): ReadFile<T>;
}

export type ReadFile<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string };

/** For every file that machines of a protocol save. */
export type FileCodecs<Files> = { readonly [File in keyof Files]: FileCodec<Files[File]> };
