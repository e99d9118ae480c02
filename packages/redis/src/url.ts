/** What a URL says about the connection. */
export interface Target {
  readonly hosts: readonly Host[];
  readonly database: number;
  readonly isTls: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

export interface Host {
  readonly host: string;
  readonly port: number;
}

const portDefault = 6379;
const sentinelPortDefault = 26379;
const form = /^(rediss?):\/\/(?:([^/?#]*)@)?([^@/?#]*)(?:\/([^/?#]*))?([?#].*)?$/;
const hostForm = /^(\[[\da-fA-F:.]+\]|[^:[\]]+)(?::(\d+))?$/;

/**
 * What a URL says, or a sentence about what is wrong with it, which quotes nothing of it: it may hold a password in an
 * unexpected place. Several hosts are separated by commas, which the URLs of the platform don't know.
 */
export function parseUrl(url: string, isSentinel: boolean): Target | string {
  const [, scheme, credentials, list, path = "", rest] = form.exec(url) ?? [];
  if (scheme === undefined || list === undefined)
    return "is redis[s]://[user[:password]@]host[:port][,host[:port]…][/database]";
  if (rest !== undefined) return "has no query and no fragment: give its options as options beside it";
  const hosts = (list === "" ? "localhost" : list).split(",").map((host) => hostOf(host, isSentinel));
  if (!hosts.every((host) => host !== undefined)) return "has a host that is no host[:port]";
  const database = path === "" ? 0 : Number(/^\d{1,5}$/.exec(path)?.[0]);
  if (Number.isNaN(database)) return "ends with the number of a database, /0 as a rule";
  const [user, password] = credentialsOf(credentials);
  if (user === undefined || password === undefined)
    return "has a user or password whose percent signs are no encoding: write % as %25";
  return {
    hosts,
    database,
    isTls: scheme === "rediss",
    user: user === "" ? undefined : user,
    password: password === "" ? undefined : password,
  };
}

/** A URL as it may be shown: without user and password. */
export function shownUrl({ hosts, database, isTls }: Target): string {
  const list = hosts.map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`).join(",");
  return JSON.stringify(`${isTls ? "rediss" : "redis"}://${list}/${database}`);
}

function hostOf(text: string, isSentinel: boolean): Host | undefined {
  const [, host, port] = hostForm.exec(text) ?? [];
  const number = port === undefined ? (isSentinel ? sentinelPortDefault : portDefault) : Number(port);
  if (host === undefined || number < 1 || number > 65_535) return undefined;
  return { host: host.startsWith("[") ? host.slice(1, -1) : host, port: number };
}

/** User and password, `""` where they are absent, `undefined` where they can't be decoded. */
function credentialsOf(text = ""): readonly (string | undefined)[] {
  const colon = text.indexOf(":");
  const parts = colon === -1 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
  return parts.map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return undefined;
    }
  });
}
