import { hash } from "node:crypto";

/** A script, which a server knows by its digest once it has seen it. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/**
 * The version of a record: the id in its header; for a value without one, which another program has put there, a digest.
 * `false` where there is no record. Reads 17 bytes, however long the text is.
 */
const versionOf = `
local function version_of(key)
  local head = redis.call("GETRANGE", key, 0, 16)
  if head == "" and redis.call("EXISTS", key) == 0 then return false end
  if string.find(head, "^[%w_-]+\\n$") and #head == 17 then return string.sub(head, 1, 16) end
  return "sha1:" .. redis.sha1hex(redis.call("GET", key))
end
`;

// Scripts change the index first: where another program has put something else in its place, they end before any change.

/**
 * Removes a record and its name. A repetition finds nothing to remove any more, and must reach the replicas all the same: only
 * then does WAIT wait for them. So it changes the index and back.
 */
const drop = `
local function drop(key, index, name)
  redis.call("ZREM", index, name)
  local removed = redis.call("DEL", key)
  if removed == 0 then
    redis.call("ZADD", index, 0, name)
    redis.call("ZREM", index, name)
  end
  return removed
end
`;

/**
 * Whether an index is about to be made. Every answer begins with it: where an index was made, the server may have lost all
 * that it had, the hash of the store too.
 */
const isNew = `
local function is_new(index) return 1 - redis.call("EXISTS", index) end
`;

/**
 * Writes a record and its name in the index. KEYS: record, index. ARGV: name, value, condition ("" for none, "none" for "if
 * there is none", "=" and a version). Answers whether it was done, and the version that the record has now. A write that
 * meets its own id was applied before, and its answer was lost: it is done once more, for the replicas.
 */
export const putScript: Script = script(`${versionOf}${isNew}
local id = string.sub(ARGV[2], 1, 16)
if ARGV[3] ~= "" then
  local version = version_of(KEYS[1])
  local wanted = ARGV[3] ~= "none" and string.sub(ARGV[3], 2)
  if version ~= wanted and version ~= id then return {0, 0, version} end
end
local new = is_new(KEYS[2])
redis.call("ZADD", KEYS[2], 0, ARGV[1])
redis.call("SET", KEYS[1], ARGV[2])
return {new, 1, id}
`);

/** Removes a record and its name. KEYS and answer as above. ARGV: name, condition ("" or "=" and a version). */
export const removeScript: Script = script(`${versionOf}${drop}
if ARGV[2] ~= "" then
  local version = version_of(KEYS[1])
  if version ~= string.sub(ARGV[2], 2) then return {0, 0, version} end
end
drop(KEYS[1], KEYS[2], ARGV[1])
return {0, 1, false}
`);

/**
 * Many writes and removes in one step. KEYS: index, then records. ARGV: for each record its value, or "" to remove it. Answers
 * how many records were removed. What a full server refuses, it refuses at the first write, so all or nothing is done.
 */
export const batchScript: Script = script(`${drop}${isNew}
local new = is_new(KEYS[1])
local removed = 0
for i = 2, #KEYS do
  local name = string.sub(KEYS[i], #KEYS[1] + 2)
  if ARGV[i - 1] == "" then
    removed = removed + drop(KEYS[i], KEYS[1], name)
  else
    redis.call("ZADD", KEYS[1], 0, name)
    redis.call("SET", KEYS[i], ARGV[i - 1])
  end
end
return {new, removed}
`);

/**
 * Makes the hash of a store unless it is there. KEYS: the hash. ARGV: fields and values. Answers what is there then: of several
 * that try at once, one makes it.
 */
export const createScript: Script = script(`
if redis.call("EXISTS", KEYS[1]) == 0 then redis.call("HSET", KEYS[1], unpack(ARGV)) end
return redis.call("HMGET", KEYS[1], "format", "shards", "id")
`);

/** Writes a marker, and never into a hash that has nothing else. KEYS: the hash. ARGV: field, text, then as above. */
export const putMarkerScript: Script = script(`
if redis.call("EXISTS", KEYS[1]) == 0 then redis.call("HSET", KEYS[1], unpack(ARGV, 3)) end
redis.call("HSET", KEYS[1], ARGV[1], ARGV[2])
return redis.call("HMGET", KEYS[1], "format", "shards", "id")
`);

/** Changes an index and back, unseen by anybody: a write that a flush can be waited for. KEYS: index. */
export const touchScript: Script = script(`
redis.call("ZADD", KEYS[1], 0, "")
redis.call("ZREM", KEYS[1], "")
`);

function script(lua: string): Script {
  return { lua, sha: hash("sha1", lua) };
}
