import assert from "node:assert/strict";
import { type Key, sleep, type Store } from "@stowage/core";
import type { Child, Context } from "./case.ts";
import { type Act, actKey, actMarker, kept, type Turns } from "./child/acts.ts";
import { patterned } from "./child/patterned.ts";
import { collect } from "./expect.ts";

/** A server may have the request of a client that is dead, and come to it in this time. */
const serverMs = 250;

/** So many records an error names. */
const shownMax = 12;

/** What must be there afterwards: what was there before the act, what it made, or either of them, record by record. */
export type Left = "old" | "new" | "either";

/** Puts down what an act begins with. */
export async function prepare(store: Store, { before }: Act): Promise<void> {
  for (const [name, turn] of Object.entries(before)) await store.write(actKey(name), patterned(turn));
  await store.driver.putMarker(actMarker, "old");
}

/** Lets a child do its task, of which it must die. */
export async function dies(child: Child): Promise<void> {
  const end = await child.run().then(
    () => new Error("The child process has done its task and lives"),
    (error: unknown) => error,
  );
  if (!(end instanceof Error && end.message.startsWith("The child process ended early, by SIGKILL"))) throw end;
}

/** Checks what an act that ended early has left, by a handle of before and by a new one, and that the store goes on from there. */
export async function checkAftermath({ store, open, capabilities }: Context, act: Act, left: Left): Promise<void> {
  if (left === "either" && capabilities.durability === "server") await sleep(serverMs);
  const fresh = await open();
  await checkLeft(fresh, act, left);
  await checkLeft(store, act, left);
  await goOn(fresh, act);
}

/** Checks what an act has left, as a store sees it. */
export async function checkLeft(store: Store, act: Act, left: Left): Promise<void> {
  checkTurns(await foundIn(store), act, left);
  assert.deepEqual(await store.read(kept), patterned(0), "what was acknowledged before is not there");
  checkMarker(await store.driver.getMarker(actMarker), act, left);
}

/** Fails unless the records are what they were, or what the act makes of them. */
function checkTurns(found: Turns, act: Act, left: Left): void {
  if (left !== "either" || act.isWhole === true) {
    const allowed = left === "either" ? [act.before, act.after] : [left === "old" ? act.before : act.after];
    const fits = allowed.some((turns) => isSame(turns, found));
    assert.ok(fits, `expected ${allowed.map(shown).join(" or ")}, got ${shown(found)}`);
    return;
  }
  for (const name of namesOf(act, found)) {
    const allowed = [act.before[name], act.after[name]];
    assert.ok(allowed.includes(found[name]), `${name}: expected turn ${allowed.join(" or ")}, got ${found[name]}`);
  }
}

function checkMarker(text: string | undefined, { law }: Act, left: Left): void {
  const [old, made] = ["old", law === "L4" ? "new" : "old"];
  const allowed = left === "either" ? [old, made] : [left === "old" ? old : made];
  assert.ok(allowed.includes(text ?? "none"), `expected the marker ${allowed.join(" or ")}, got ${text}`);
}

/** Every record below the acts, whole, with nothing else listed: its turn. */
async function foundIn(store: Store): Promise<Turns> {
  const turns: Record<string, number> = {};
  for (const { key, value } of await collect(store.entries<{ turn: number }>(["act"]))) {
    assert.deepEqual(value, patterned(value.turn), `half a text of ${JSON.stringify(key)}`);
    turns[key.slice(1).join("/")] = value.turn;
  }
  const keys: Key[] = [...Object.keys(turns).map(actKey), kept];
  assert.deepEqual((await store.list([])).map(String).sort(), keys.map(String).sort(), "something else is listed");
  return turns;
}

/** Nothing that was left behind is in the way of anybody. */
export async function goOn(store: Store, act: Act): Promise<void> {
  const names = namesOf(act, act.before);
  const goOnWith = async (name: string): Promise<void> => {
    await store.write(actKey(name), patterned(3));
    if (store.capabilities.compareAndSwap === "store") await store.update(actKey(name), () => patterned(4));
    else await store.write(actKey(name), patterned(4));
  };
  await Promise.all(names.map(goOnWith));
  assert.deepEqual(await foundIn(store), Object.fromEntries(names.map((name) => [name, 4])));
  await store.driver.putMarker(actMarker, "last");
  assert.equal(await store.removePrefix(["act"]), names.length);
  assert.deepEqual(await store.list([]), [kept]);
}

function namesOf(act: Act, found: Turns): string[] {
  return Object.keys({ ...act.before, ...act.after, ...found });
}

function isSame(a: Turns, b: Turns): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** As text, of many the first. */
function shown(turns: Turns): string {
  const sorted = Object.entries(turns).sort(([a], [b]) => (a < b ? -1 : 1));
  const more = sorted.length - shownMax;
  return JSON.stringify(Object.fromEntries(sorted.slice(0, shownMax))) + (more > 0 ? ` and ${more} more` : "");
}
