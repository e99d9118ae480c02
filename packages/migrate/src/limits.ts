import { type Driver, type Key, keyOf, keyProblem, StorageError, type StorageErrorCode } from "@stowage/core";

/** The error of a record that the target can't hold, found before it is tried; `undefined` when it can. */
export function limitError(
  { name: driver, capabilities }: Driver,
  name: string,
  bytes: number,
): StorageError | undefined {
  const { limits } = capabilities;
  const refusal = (code: StorageErrorCode, detail: string): StorageError =>
    new StorageError({ code, verb: "write", what: JSON.stringify(name), detail, driver });
  const problem = keyProblem(keyOf(name) as Key, limits);
  if (problem !== undefined) return refusal("INVALID_KEY", problem);
  if (bytes <= limits.valueBytes) return undefined;
  return refusal("TOO_LARGE", `the text has ${bytes} bytes, at most ${limits.valueBytes} are allowed`);
}
