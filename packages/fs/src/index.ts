export { fs } from "./driver.ts";
export type { FsOptions } from "./options.ts";
