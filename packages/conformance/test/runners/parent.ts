import { spawnChild } from "../../src/child/spawn.ts";

// Run as a program: `node parent.ts PORT` has a child that spins; with `exit` behind it SIGTERM makes it end by itself.
const [port, how] = process.argv.slice(2);
if (how === "exit") process.on("SIGTERM", () => process.exit(3));
const child = spawnChild({
  recipe: {
    module: new URL("../child/troubled.ts", import.meta.url).href,
    factory: "spinning",
    options: { port: Number(port) },
  },
  task: "rewrite",
  args: { key: ["a"], times: 1 },
});
await child.ready();
await child.run();
