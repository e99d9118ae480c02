import { isStorageError, nameOf, type Key, Store, type StorageError, type StoreOptions } from "@stowage/core";
import type { BrokenDriver } from "./broken.ts";

type StoreClass = new (driver: Store["driver"], options?: StoreOptions) => Store;

/** A store with one fault over a sound driver, for the laws that a driver can't break. */
export function brokenStore(id: string, title: string, killedBy: string, Broken: StoreClass): BrokenDriver {
  return { id, title, killedBy, make: (driver) => driver, store: (driver, options) => new Broken(driver, options) };
}

/** A store whose `write` also takes the keys of which this holds, whatever the contract says. */
export function taking(isTaken: (key: Key) => boolean): StoreClass {
  return class extends Store {
    override async write(key: Key, value: unknown): Promise<void> {
      if (!isTaken(key)) return super.write(key, value);
      await this.driver.put(nameOf(key), JSON.stringify(value, null, 2));
    }
  };
}

/** A store that writes another value in the place of one that is none. */
export function replacing(replace: (value: unknown) => unknown): StoreClass {
  return class extends Store {
    override write(key: Key, value: unknown): Promise<void> {
      return super.write(key, value).catch((error: unknown) => {
        if (!isStorageError(error, "INVALID_VALUE")) throw error;
        return super.write(key, replace(value));
      });
    }
  };
}

/** A store whose commonest calls fail with other errors than they should. */
export function failingWith(change: (error: StorageError) => unknown): StoreClass {
  const changed = (error: unknown): never => {
    throw isStorageError(error) ? change(error) : error;
  };
  return class extends Store {
    override write(key: Key, value: unknown): Promise<void> {
      return super.write(key, value).catch(changed);
    }
    override read<T>(key: Key): Promise<T> {
      return super.read<T>(key).catch(changed);
    }
    override put(...args: Parameters<Store["put"]>): Promise<{ readonly version: string }> {
      return super.put(...args).catch(changed);
    }
    override remove(...args: Parameters<Store["remove"]>): Promise<void> {
      return super.remove(...args).catch(changed);
    }
    override list(prefix: Key): Promise<Key[]> {
      return super.list(prefix).catch(changed);
    }
  };
}
