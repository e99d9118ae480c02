import type { BrokenDriver } from "../broken/index.ts";
import type { Backend, Harness } from "../case.ts";

/** A harness with a broken driver in front of every driver that it opens, in this process and in its children. */
export function breakHarness(harness: Harness, broken: BrokenDriver): Harness {
  return {
    ...harness,
    name: `${harness.name} that ${broken.title}`,
    create: async () => breakBackend(await harness.create(), broken),
  };
}

function breakBackend(backend: Backend, broken: BrokenDriver): Backend {
  return {
    open: async () => broken.make(await backend.open()),
    ...(backend.process && { process: { ...backend.process, broken: broken.id } }),
    ...(broken.store && { store: (driver, options) => broken.store!(driver, options) }),
    ...(backend.plant && { plant: (name: string, bytes: Uint8Array) => backend.plant!(name, bytes) }),
    ...(backend.holds && { holds: backend.holds }),
    destroy: () => backend.destroy(),
  };
}
