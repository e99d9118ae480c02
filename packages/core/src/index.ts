export { delegate } from "./delegate.ts";
export {
  type Capabilities,
  declareCapabilities,
  type Driver,
  type DriverOp,
  type Foreign,
  type Found,
  type Outcome,
  type Range,
  type Refusals,
  type Stored,
} from "./driver.ts";
export {
  DriverError,
  type DriverErrorOptions,
  isStorageError,
  StorageError,
  type StorageErrorCode,
  storageErrorCodes,
  type StorageErrorInit,
} from "./errors.ts";
export { Gate } from "./gate.ts";
export {
  compareKeys,
  compareNames,
  type Key,
  keyLimits,
  type KeyLimits,
  keyOf,
  keyProblem,
  markerName,
  markerProblem,
  markerText,
  nameOf,
  namePrefixOf,
  utf8Bytes,
} from "./key.ts";
export { type Damage, damageOf, parseText } from "./json.ts";
export { KeyedLock } from "./lock.ts";
export { memory, type MemoryOptions } from "./memory.ts";
export { parallel } from "./parallel.ts";
export { checkOptions, likelySpelling, type OptionRule, unknownOption } from "./options.ts";
export { readonly } from "./readonly.ts";
export { now, retry, type RetryOptions, sleep } from "./retry.ts";
export { scope } from "./scope.ts";
export { decodeSegment, encodeSegment } from "./segment.ts";
export { Store, type StoreOptions } from "./store.ts";
export type {
  BatchOp,
  CorruptOptions,
  Entry,
  Prefixes,
  PutOptions,
  RangeOptions,
  RemoveOptions,
  Storage,
} from "./storage.ts";
