// Migrates from one URL to another and is killed (SIGKILL) in the step that follows a given progress: `copy 63`.
import { migrate } from "@stowage/migrate";
import { openStorage } from "../../src/index.ts";

const [source, target, phaseOfDeath, countOfDeath] = process.argv.slice(2) as [string, string, string, string];
await using from = await openStorage(source, { readonly: true });
await using to = await openStorage(target);
await migrate(from, to, {
  onProgress: ({ phase, records }) => {
    if (phase !== phaseOfDeath || records < Number(countOfDeath)) return;
    // By then the requests of the next step are on their way, and none of them is answered.
    setImmediate(() => process.kill(process.pid, "SIGKILL"));
  },
});
