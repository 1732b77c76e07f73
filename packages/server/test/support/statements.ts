import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';

/** A statement as it went to PostgreSQL, to which database, and the organisation that the session named then. */
export type SentStatement = {
  database: string;
  text: string;
  values: readonly unknown[];
  organisation: string | undefined;
};

/** Hears of every statement that this process sends through the driver, from now on until `stop`. */
export function recordStatements(): { sent: SentStatement[]; stop: () => void } {
  const sent: SentStatement[] = [];
  const original = pg.Client.prototype.query;
  const sessions = new WeakMap<object, { session?: string; local?: string }>();
  // biome-ignore lint/suspicious/noExplicitAny: the driver has many forms of this
  pg.Client.prototype.query = function (this: any, ...args: any[]): any {
    const [first, second] = args;
    const text: string = typeof first === 'string' ? first : first.text;
    const values: unknown[] =
      (typeof first === 'string' ? undefined : first.values) ?? (Array.isArray(second) ? second : []);
    const session = sessions.get(this) ?? {};
    sessions.set(this, session);
    const naming = /^select set_config\('tessera\.organisation', \$1, (true|false)\)$/.exec(text);
    if (naming) session[naming[1] === 'true' ? 'local' : 'session'] = String(values[0]);
    else if (/^(begin|commit|rollback)\b/.test(text)) delete session.local;
    else sent.push({ database: this.database, text, values, organisation: session.local ?? session.session });
    return original.apply(this, args as never);
  } as never;
  return {
    sent,
    stop: () => {
      pg.Client.prototype.query = original;
    },
  };
}

/** A statement, or a part of one, in the sources of the store: what is between the values that are put in. */
export type WrittenStatement = { file: string; parts: string[] };

const store = new URL('../../src/store/', import.meta.url);

/** Every text in the sources of the store that begins like SQL. @param except files that are not looked at */
export function writtenStatements(except: readonly string[]): WrittenStatement[] {
  // The embedded database is not asked for any organisation.
  const files = readdirSync(store, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('embedded/') && !except.includes(file),
  );
  return files.flatMap((file) =>
    textsIn(readFileSync(new URL(file, store), 'utf8'))
      .filter((parts) => /^\s*(select|with|insert|update|delete)\s\s*\S/.test(parts.join('?')))
      .map((parts) => ({ file, parts: parts.flatMap((part) => part.split('%keys')).map(flat) })),
  );
}

/** Without line breaks, so that texts can be compared. */
export function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The texts of a source, each in parts where values are put in; texts within these values count too. */
function textsIn(source: string): string[][] {
  const texts: string[][] = [];
  let at = 0;
  const skipTo = (end: string) => {
    const found = source.indexOf(end, at);
    at = found < 0 ? source.length : found + end.length;
  };

  function readCode(end: string | undefined): void {
    for (let depth = 0; at < source.length; ) {
      const char = source[at] as string;
      if (source.startsWith('//', at)) skipTo('\n');
      else if (source.startsWith('/*', at)) skipTo('*/');
      else if (/^[(=,:]\s*\/[^/*\s]/.test(source.slice(at, at + 4)) && char !== '/') skipRegExp();
      else if (char === "'" || char === '"' || char === '`') readText(char);
      else {
        at += 1;
        if (char === '{') depth += 1;
        if (char === '}' && depth === 0 && end === '}') return;
        if (char === '}') depth -= 1;
      }
    }
  }

  function skipRegExp(): void {
    at = source.indexOf('/', at) + 1;
    while (at < source.length && source[at] !== '/' && source[at] !== '\n') at += source[at] === '\\' ? 2 : 1;
    at += 1;
  }

  function readText(quote: string): void {
    at += 1;
    const parts: string[] = [];
    let part = '';
    while (at < source.length && source[at] !== quote) {
      if (quote === '`' && source.startsWith('${', at)) {
        at += 2;
        readCode('}');
        parts.push(part);
        part = '';
      } else {
        if (source[at] === '\\') at += 1;
        part += source[at];
        at += 1;
      }
    }
    at += 1;
    texts.push([...parts, part]);
  }

  readCode(undefined);
  return texts;
}
