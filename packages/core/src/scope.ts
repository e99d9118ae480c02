import { declareCapabilities, type Driver, type DriverOp, type Range } from "./driver.ts";
import { StorageError } from "./errors.ts";
import { type Key, namePrefixOf, prefixProblem, utf8Bytes } from "./key.ts";

/**
 * A view of the part of a store below a prefix, as if it were a store of its own: for tenants, for tests. The limits
 * shrink by what the prefix takes, so that every key of the view is a legal key of the whole store. Closing a view leaves
 * the driver open for the others: close it by itself.
 *
 * @example new Store(scope(["tenant", "a"])(driver))
 * @throws StorageError INVALID_KEY when the prefix is empty or illegal.
 */
export function scope(prefix: Key): (driver: Driver) => Driver {
  return (driver) => {
    const problem = prefix.length === 0 ? "the prefix is empty" : prefixProblem(prefix, driver.capabilities.limits);
    if (problem !== undefined) {
      throw new StorageError({ code: "INVALID_KEY", verb: "scope", what: JSON.stringify(prefix), detail: problem });
    }
    return scoped(driver, namePrefixOf(prefix), prefix.length);
  };
}

function scoped(driver: Driver, root: string, segments: number): Driver {
  const { limits, ...claims } = driver.capabilities;
  const inner = (name: string): string => root + name;
  const outer = (name: string): string => name.slice(root.length);
  const innerRange = (range: Range): Range => ({
    ...range,
    prefix: inner(range.prefix),
    after: range.after === undefined ? undefined : inner(range.after),
    before: range.before === undefined ? undefined : inner(range.before),
  });
  const innerOp = (op: DriverOp): DriverOp => ({ ...op, name: inner(op.name) });
  // A method that the driver lacks must be lacking here too: the store then takes its default.
  return {
    name: driver.name,
    ...(driver.location !== undefined && { location: `${driver.location}#${root}` }),
    ...(driver.notices !== undefined && { notices: driver.notices }),
    ...(driver.refusals !== undefined && { refusals: driver.refusals }),
    capabilities: declareCapabilities({
      ...claims,
      limits: { ...limits, segments: limits.segments - segments, nameBytes: limits.nameBytes - utf8Bytes(root) },
    }),
    get: (name) => driver.get(inner(name)),
    put: (name, text, ifVersion) => driver.put(inner(name), text, ifVersion),
    remove: (name, ifVersion) => driver.remove(inner(name), ifVersion),
    async *list(range) {
      for await (const names of driver.list(innerRange(range))) yield names.map(outer);
    },
    getMarker: (name) => driver.getMarker(inner(name)),
    putMarker: (name, text) => driver.putMarker(inner(name), text),
    ...(driver.getMany && { getMany: (names) => driver.getMany!(names.map(inner)) }),
    ...(driver.scan && {
      async *scan(ranges) {
        for await (const page of driver.scan!(ranges.map(innerRange))) {
          yield page.map(({ name, stored }) => ({ name: outer(name), stored }));
        }
      },
    }),
    ...(driver.update && { update: (name, edit) => driver.update!(inner(name), edit) }),
    ...(driver.batch && { batch: (ops, atomic) => driver.batch!(ops.map(innerOp), atomic) }),
    ...(driver.removeRange && { removeRange: (prefix) => driver.removeRange!(inner(prefix)) }),
    ...(driver.foreign && {
      async *foreign() {
        for await (const one of driver.foreign!())
          if (one.path.startsWith(root)) yield { ...one, path: outer(one.path) };
      },
    }),
    ...(driver.sync && { sync: () => driver.sync!() }),
    ...(driver.codeOf && { codeOf: (error) => driver.codeOf!(error) }),
    ...(driver.tornReadDelayMs !== undefined && { tornReadDelayMs: driver.tornReadDelayMs }),
  };
}
