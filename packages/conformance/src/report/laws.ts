/** A law of docs/contract.md, for the heads of tables. */
export interface Law {
  readonly id: string;
  readonly title: string;
}

/** A chapter of the contract and its laws. */
export interface Chapter {
  readonly title: string;
  readonly laws: readonly Law[];
}

/** The contract's chapters that cases can prove, in its order. */
export const chapters: readonly Chapter[] = Object.freeze<Chapter[]>([
  {
    title: "Keys",
    laws: [
      { id: "K1", title: "legal keys and their limits" },
      { id: "K2", title: "illegal keys are refused" },
      { id: "K3", title: "two keys never share a record" },
      { id: "K4", title: "the order of bytes" },
    ],
  },
  {
    title: "Records",
    laws: [
      { id: "R1", title: "write" },
      { id: "R2", title: "read" },
      { id: "R3", title: "never half a record" },
      { id: "R4", title: "update is atomic" },
      { id: "R5", title: "remove" },
      { id: "R6", title: "list" },
    ],
  },
  {
    title: "Versions",
    laws: [
      { id: "V1", title: "a version for each text" },
      { id: "V2", title: "conditions" },
      { id: "V3", title: "one creator wins" },
      { id: "V4", title: "no condition is ignored" },
    ],
  },
  {
    title: "Many records",
    laws: [
      { id: "M1", title: "readMany" },
      { id: "M2", title: "keys and entries" },
      { id: "M3", title: "batch" },
      { id: "M4", title: "removePrefix" },
    ],
  },
  {
    title: "Life",
    laws: [
      { id: "L1", title: "close" },
      { id: "L2", title: "sync and durability" },
      { id: "L3", title: "values are copies" },
      { id: "L4", title: "markers" },
    ],
  },
  {
    title: "Capabilities",
    laws: [
      { id: "C1", title: "claims are true both ways" },
      { id: "C2", title: "their fields, and size limits" },
    ],
  },
  {
    title: "Errors",
    laws: [
      { id: "E1", title: "one class, known codes" },
      { id: "E2", title: "messages without secrets" },
      { id: "E3", title: "raw errors are classified" },
    ],
  },
]);
