const hidden = "***";
// `//user:password@`, up to the last `@`: a password that was not percent-encoded may hold `/`, `?` and `@` itself.
const password = /((?<!\/)\/\/(?!\/)[^:@/?#\s]*:)\S*@/g;
// What stands where a port should and is none: most likely a password whose host was left out.
const portless = /((?<!\/)\/\/(?!\/)[^:@/?#,[\s]*:)(?!\d+\b)[^\s@/?#,"*]+/g;
// A password may be all that stands before the `@`: older clients of Redis take it for one, and S3 takes none there.
const passwordAlone = /(\b(?:rediss?|s3):\/\/)[^:@/?#\s]+@/g;
// `user:password@host:port` whose scheme was left out.
const schemeless = /^([^:@/?#\s]+:)[^\s/]+@(?=[\w.-]+:\d+(?:$|[/?]))/;
const secretValue = /([?&][^=&#\s]*(?:key|secret|token|pass|pwd|credential|signature|auth)[^=&#\s]*=)[^&#\s]*/gi;
const encodedValue = /([?&][^=&#\s]*=)([^&#\s]*%[^&#\s]*)/g;
/** The ids of keys of AWS tell whose key it is. */
const keyId = /\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g;

/**
 * A URL as it may be shown: the password, the id of a key of AWS, and every option whose name speaks of a key, a secret,
 * a token or a password read `***`. Takes any text, also what is no URL, since the mistyped ones are shown most; it hides
 * too much rather than too little. A user name alone (`db://me@host`) stays, but for Redis and S3.
 */
export function redact(url: string): string {
  return withoutPasswords(url)
    .replace(passwordAlone, `$1${hidden}@`)
    .replace(schemeless, `$1${hidden}@`)
    .replace(secretValue, `$1${hidden}`)
    .replace(encodedValue, (whole, name, value) => (holdsPassword(value) ? `${name}${hidden}` : whole))
    .replace(keyId, hidden);
}

function withoutPasswords(text: string): string {
  return text.replace(password, `$1${hidden}@`).replace(portless, `$1${hidden}`);
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
