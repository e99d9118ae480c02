const hidden = "***";
// `//user:password@`, up to the last `@`: a password that was not percent-encoded may hold `/`, `?` and `@` itself.
const password = /((?<!\/)\/\/(?!\/)[^:@/?#\s]*:)\S*@/g;
const secretValue = /([?&][^=&#\s]*(?:key|secret|token|pass|pwd|credential|signature|auth)[^=&#\s]*=)[^&#\s]*/gi;

/**
 * A URL as it may be shown: the password and every option whose name speaks of a key, a secret, a token or a password
 * read `***`. Takes any text, also what is no URL, since the mistyped ones are shown most; it hides too much rather
 * than too little. A user name alone (`db://me@host`) stays.
 */
export function redact(url: string): string {
  return url.replace(password, `$1${hidden}@`).replace(secretValue, `$1${hidden}`);
}
