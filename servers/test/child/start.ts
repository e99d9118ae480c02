// Starts servers, says what there is of them, and ends as it is told: by itself, by an error, or not at all.
import { startRedis, startS3 } from "../../index.ts";
import { tracesOf } from "../traces.ts";

const [kind, end] = process.argv.slice(2);
const server = await (kind === "s3" ? startS3() : startRedis());
process.send?.(tracesOf(server));
if (end === "exit") process.exit(0);
if (end === "throw") throw new Error("this is meant to happen");
if (end === "stay") setInterval(() => undefined, 1_000);
