export { openStorage, type OpenOptions } from "./open.ts";
export { redact } from "@stowage/core/redact";
export {
  type BatchOp,
  type Capabilities,
  compareKeys,
  type CorruptOptions,
  decodeSegment,
  encodeSegment,
  type Entry,
  isStorageError,
  type Key,
  type Prefixes,
  type PutOptions,
  type RangeOptions,
  type RemoveOptions,
  type Storage,
  StorageError,
  type StorageErrorCode,
  Store,
  type StoreOptions,
} from "@stowage/core";
