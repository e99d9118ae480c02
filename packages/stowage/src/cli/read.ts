import { type Key, nameOf, type StorageError, type Store, type Stored } from "@stowage/core";
import { storageError } from "@stowage/migrate";

/** Reads a record as it is stored, without parsing it. @throws StorageError */
export async function readStored({ driver }: Store, key: Key): Promise<Stored | undefined> {
  try {
    return await driver.get(nameOf(key));
  } catch (error) {
    throw storageError(driver, "read", JSON.stringify(key.join("/")), error);
  }
}

/** Reads records as they are stored, in the order asked. One that can't be read comes as its error and hides no other. */
export async function readManyStored(
  store: Store,
  keys: readonly Key[],
): Promise<readonly (Stored | StorageError | undefined)[]> {
  const { driver } = store;
  if (driver.getMany !== undefined) {
    try {
      return await driver.getMany(keys.map(nameOf));
    } catch {
      // Read one by one, to know which it was.
    }
  }
  return Promise.all(keys.map((key) => readStored(store, key).catch((error: StorageError) => error)));
}
