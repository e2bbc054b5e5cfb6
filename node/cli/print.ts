/** Output of a command: for people, or with --json one JSON value a line. Results go to stdout, everything else to stderr. */
import type { CorexError } from '#protocol/errors.ts';

export interface Sink {
  write(text: string): unknown;
}

export interface Print {
  /** The result: the value with --json, else the text. */
  result(value: object, text: string): void;
  /** Progress: an event with --json, else a line on stderr. */
  progress(event: { readonly type: string; readonly [field: string]: unknown }, text: string): void;
  error(error: CorexError, stack: string | null): void;
  /** A line on stdout as it is. */
  line(text: string): void;
}

export function createPrint(options: { readonly out: Sink; readonly err: Sink; readonly json: boolean }): Print {
  const { out, err, json } = options;
  return {
    result: (value, text) => out.write(`${json ? JSON.stringify(value) : text}\n`),
    progress: (event, text) => (json ? out.write(`${JSON.stringify(event)}\n`) : err.write(`${text}\n`)),
    error: (error, stack) => {
      const { code, message, todo } = error;
      const shown = json
        ? JSON.stringify({ error: { code, message, todo } })
        : `error ${code}: ${message}\n  → ${todo}`;
      err.write(`${shown}\n`);
      if (stack !== null) err.write(`${stack}\n`);
    },
    line: (text) => out.write(`${text}\n`),
  };
}

/** Two columns: `  name   text`. */
export function columns(rows: ReadonlyArray<readonly [string, string]>): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`.trimEnd()).join('\n');
}
