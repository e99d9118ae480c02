import { escapeXml } from "./escape.ts";

/** A piece of HTML: what was put into it is escaped. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

type Part = Markup | string | number | false | undefined | readonly Part[];

/** Makes HTML of a template. Texts in it are escaped, in elements and in quoted attributes; lists are put one behind the other. */
export function h(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(literals.map((literal, i) => literal + (i < parts.length ? shown(parts[i]) : "")).join(""));
}

function shown(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Markup) return part.html;
  return typeof part === "object" ? part.map(shown).join("") : escapeXml(String(part));
}
