/** How a server wants an ETag in If-Match. Some compare it with what they sent, quotes and all, some with what is between. */
export type TagSpelling = "quoted" | "bare";

/**
 * The version of an object by its ETag, which is opaque: the digest of the text with one server, anything with another. The
 * quotes are left off, since they come and go, and the length is put before it, so that what nobody gave out as a version
 * is told before a server sees it: Ceph 16 takes any tag that begins with the right one, and `*` means any object.
 */
export function versionOf(tag: string): string {
  const bare = tag.replace(/^W\//, "").replace(/^"(.*)"$/, "$1");
  return `${bare.length}-${bare}`;
}

/** Whether a version has the form of one that was given out, and means one tag and nothing else in If-Match. */
export function isVersion(version: string, spelling: TagSpelling): boolean {
  const bare = bareOf(version);
  const isOneTag = /^[\x21\x23-\x7E]+$/.test(bare) && bare !== "*" && !(spelling === "bare" && bare.includes(","));
  return isOneTag && version === versionOf(bare);
}

/** What stands for a version in If-Match. */
export function tagOf(version: string, spelling: TagSpelling): string {
  const bare = bareOf(version);
  return spelling === "quoted" ? `"${bare}"` : bare;
}

function bareOf(version: string): string {
  return version.slice(version.indexOf("-") + 1);
}
