const hidden = "***";
// `//user:`, unless a port, a path, and a query come next, as in `//host:6379/x?to=a@b`: what ends otherwise is taken for a
// password that was not percent-encoded.
const user = /(?<!\/)\/\/(?!\/)(?:[^:@/?#\s]+:(?!\d{1,5}\/[^@?#]{0,200}\?)|:)/;
// What stands where a port should and is none: most likely a password whose host was left out.
const portless = /((?<!\/)\/\/(?!\/)[^:@/?#,[\s]*:)(?!\d+\b)[^\s@/?#,"*]+/g;
// A password may be all that stands before the `@`: older clients of Redis take it for one, and S3 takes none there.
const passwordAlone = /(\b(?:rediss?|s3):\/\/)[^:@/?#\s]+@/g;
// `user:password@host:port` whose scheme was left out.
const schemeless = /^([^:@/?#\s]+:)[^\s/]+@(?=[\w.-]+:\d+(?:$|[/?]))/;
// That there is a `=` is looked for first: without it a long text would be searched for one from each word again.
const secretValue =
  /([?&](?=[^=&#?\s]*=)[^=&#?\s]*(?:key|secret|token|pass|pwd|credential|signature|auth)[^=&#?\s]*=)[^&#\s]*/gi;
const encodedValue = /([?&][^=&#?\s]*=)([^&#?%\s]*%[^&#\s]*)/g;
/** The ids of keys of AWS tell whose key it is. */
const keyId = /\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g;

/**
 * A URL, or a text with URLs in it, as it may be shown: the password, the id of a key of AWS, and every option whose name
 * speaks of a key, a secret, a token or a password read `***`. Takes any text, also what is no URL, since the mistyped ones are
 * shown most; it hides too much rather than too little. A user name alone (`db://me@host`) stays, but for Redis and S3. Takes
 * no longer than the text is long.
 */
export function redact(text: string): string {
  return withoutPasswords(text)
    .replace(passwordAlone, `$1${hidden}@`)
    .replace(schemeless, `$1${hidden}@`)
    .replace(secretValue, `$1${hidden}`)
    .replace(encodedValue, (whole, name, value) => (holdsPassword(value) ? `${name}${hidden}` : whole))
    .replace(keyId, hidden);
}

function withoutPasswords(text: string): string {
  return text.replace(/\S+/g, withoutPassword).replace(portless, `$1${hidden}`);
}

/** Of one word: up to the last `@`, since a password that was not percent-encoded may hold `/`, `?` and `@` itself. */
function withoutPassword(word: string): string {
  const end = word.lastIndexOf("@");
  const found = end < 0 ? null : user.exec(word.slice(0, end));
  return found === null ? word : `${word.slice(0, found.index)}${found[0]}${hidden}${word.slice(end)}`;
}

/** Whether the value of an option is itself a URL with a password, percent-encoded. */
function holdsPassword(value: string): boolean {
  try {
    const decoded = decodeURIComponent(value);
    return withoutPasswords(decoded) !== decoded;
  } catch {
    return false;
  }
}
