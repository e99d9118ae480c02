import { readdirSync } from "node:fs";
import { join } from "node:path";

import type { Server } from "./server.ts";

interface Identified {
  readonly id: string;
}

/** What the server shows of a session. An answer that is no success is kept as it is, so that it counts too. */
interface ShownSession {
  readonly session: unknown;
  readonly children: unknown;
  readonly messages: unknown;
  readonly todo: unknown;
  readonly diff: unknown;
}

export interface Shown {
  readonly projects: readonly unknown[];
  /** By project; the sessions in the order in which the server lists them. */
  readonly sessions: Readonly<Record<string, readonly ShownSession[]>>;
  /** Sessions that only have messages, todos, or diffs left: by id, as no project lists them. */
  readonly unlisted: Readonly<Record<string, ShownSession>>;
}

/**
 * Everything that OpenCode's HTTP API shows of a storage folder. Two folders that OpenCode sees as the same give equal
 * results, also in the order of fields. What the API hides (the parts of messages that are gone, the secrets of shares)
 * is not in it.
 */
export async function observe(server: Server): Promise<Shown> {
  // First of all: working in a project writes its record, so far this happened to `global` only.
  const projects = await server.call<Identified[]>("GET", "/project", "global");
  const sessions: Record<string, ShownSession[]> = {};
  const listed = new Set<string>();
  for (const id of new Set([...projects.map((project) => project.id), "global"])) {
    sessions[id] = [];
    for (const session of await server.call<Identified[]>("GET", "/session", id)) {
      listed.add(session.id);
      sessions[id].push(await observeSession(server, id, session.id));
    }
  }
  const unlisted: Record<string, ShownSession> = {};
  for (const id of sessionsInFolders(server.home.storage)) {
    if (!listed.has(id)) unlisted[id] = await observeSession(server, "global", id);
  }
  return { projects: projects.map(stableFields), sessions, unlisted };
}

async function observeSession(server: Server, projectID: string, id: string): Promise<ShownSession> {
  const get = async (path: string): Promise<unknown> => {
    const { status, data } = await server.ask("GET", `/session/${id}${path}`, projectID);
    return status === 200 ? data : { status, name: (data as { name?: string }).name };
  };
  return {
    session: await get(""),
    children: await get("/children"),
    messages: await get("/message"),
    todo: await get("/todo"),
    diff: await get("/diff"),
  };
}

/** Starting the server rewrites these fields of the project `global`. */
function stableFields(project: Identified): unknown {
  if (project.id !== "global") return project;
  const { time, vcs: _vcs, worktree: _worktree, ...rest } = project as Record<string, unknown> & Identified;
  return { ...rest, created: (time as { created: number }).created };
}

function sessionsInFolders(storage: string): string[] {
  const names = ["message", "todo", "session_diff"].flatMap((kind) => readdirSync(join(storage, kind)));
  const ids = names.map((name) => name.replace(/\.json$/, "")).filter((name) => name.startsWith("ses_"));
  return [...new Set(ids)].sort();
}

/** The places where two JSON values differ, as paths. Empty: they are equal but for the order of fields. */
export function differences(a: unknown, b: unknown, path: string = ""): string[] {
  if (Object.is(a, b)) return [];
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return [path];
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].flatMap((name) => {
    const place = `${path}/${name}`;
    return name in a && name in b ? differences(a[name], b[name], place) : [place];
  });
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
