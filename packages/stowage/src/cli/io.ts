import type { Writable } from "node:stream";
import { styleText } from "node:util";

/** What a run of the command may touch of the world around it. */
export interface Io {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /**
   * Calls `stop` on the first SIGINT, SIGTERM, or SIGHUP instead of ending the process, until the returned function is called.
   * Absent: it just ends.
   */
  readonly onInterrupt?: (stop: (by: NodeJS.Signals) => void) => () => void;
  /** Says who it was when something that was loaded ends the process before the command does. Absent: that ends it silently. */
  readonly onEarlyExit?: (culprit: () => string) => void;
}

/** A stream that may be a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

type Style = Parameters<typeof styleText>[0];

const columnsDefault = 80;

/** Writes to a stream, minding whether a terminal or a program reads it. */
export class Output {
  readonly isTerminal: boolean;
  readonly #stream: OutputStream;
  readonly #hasColour: boolean;
  #isClosed = false;

  constructor(stream: OutputStream, env: Io["env"]) {
    this.#stream = stream;
    this.isTerminal = stream.isTTY === true;
    this.#hasColour = this.isTerminal && !env["NO_COLOR"] && env["TERM"] !== "dumb";
    // A stream tells of a closed pipe twice: to the callback of `write`, where it is dealt with, and by this event.
    stream.on("error", () => {});
  }

  /** Whether nobody reads any more (`| head`): what is written from now on is dropped. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  get columns(): number {
    // A terminal that does not know its size says 0.
    return this.#stream.columns || columnsDefault;
  }

  /** Whether a line can be drawn in place of the one before: on a terminal that knows how long its lines are. */
  get hasLine(): boolean {
    return this.isTerminal && this.#stream.columns !== 0;
  }

  get hasColour(): boolean {
    return this.#hasColour;
  }

  /** Resolves when the text has been handed to the system, so that a slow reader slows the command down. */
  async write(text: string): Promise<void> {
    if (this.#isClosed || text === "") return;
    const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => {
      this.#stream.write(text, resolve);
    });
    if (!error) return;
    const { code = "" } = error;
    // A terminal that was closed answers EIO.
    if (!closedCodes.includes(code) && !(this.isTerminal && code === "EIO")) {
      throw new Error(`Cannot write the output: ${error.message}`, { cause: error });
    }
    this.#isClosed = true;
  }

  async line(text = ""): Promise<void> {
    await this.write(`${text}\n`);
  }

  /** One JSON document, the only thing on stdout under `--json`. */
  async json(value: unknown): Promise<void> {
    await this.line(JSON.stringify(value, null, 2));
  }

  style(style: Style, text: string): string {
    return this.#hasColour ? styleText(style, text, { validateStream: false }) : text;
  }
}

const closedCodes: readonly string[] = ["EPIPE", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"];
