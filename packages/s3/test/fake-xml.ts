const head = '<?xml version="1.0" encoding="UTF-8"?>\n';

export function xmlError(code: string): string {
  return `${head}<Error><Code>${code}</Code><Message>The server says ${code}.</Message></Error>`;
}

/** @param token - where the listing goes on; `undefined` at its end. */
export function listAnswer(keys: readonly string[], token: string | undefined): string {
  const contents = keys.map(
    (key) => `<Contents><Key>${escaped(key)}</Key><ETag>&quot;x&quot;</ETag><Size>1</Size></Contents>`,
  );
  const next = token === undefined ? "" : `<NextContinuationToken>${escaped(token)}</NextContinuationToken>`;
  return `${head}<ListBucketResult><IsTruncated>${token !== undefined}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`;
}

export function removesAsked(body: string): string[] {
  return [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => unescaped(key));
}

/** @param kept - the keys that were not removed, with the code that says why. */
export function removesAnswer(
  removed: readonly string[],
  kept: readonly (readonly [key: string, code: string])[],
): string {
  const errors = kept.map(([key, code]) => `<Error><Key>${escaped(key)}</Key><Code>${code}</Code></Error>`);
  const deleted = removed.map((key) => `<Deleted><Key>${escaped(key)}</Key></Deleted>`);
  return `${head}<DeleteResult>${deleted.join("")}${errors.join("")}</DeleteResult>`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** As AWS does: what XML does not take as it is travels as a number. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => entities[character] as string)
    .replace(/[\uFFFE\uFFFF]/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`);
}

function unescaped(text: string): string {
  const named = text.replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return Object.entries(entities)
    .reduceRight((all, [character, entity]) => all.replaceAll(entity, character), named)
    .replaceAll("&apos;", "'");
}
