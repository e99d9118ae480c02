import { type Dirent, readdirSync } from "node:fs";
import { isAbsence } from "./codes.ts";

/** The names in a folder; none if it is missing. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

/** The entries of a folder with their kinds; none if it is missing. */
export function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

/** What `body` returns; when it throws, `onError` gets the error, and may throw it on. */
export function attempted<T>(body: () => T, onError: (error: unknown) => void): T | undefined {
  try {
    return body();
  } catch (error) {
    onError(error);
    return undefined;
  }
}
