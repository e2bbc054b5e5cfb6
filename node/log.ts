/** The node's log: pino with fixed field names, to stderr, so that stdout belongs to results. */
import pino from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { Log } from '#protocol/ports.ts';
import type { LevelName } from './settings.ts';

export interface LogSettings {
  readonly level: LevelName;
  readonly json: boolean;
}

/** Fields whose values never reach a log, wherever they stand. */
const SECRETS = ['password', 'token', 'privateKey', 'operatorKey', 'peerSeed'];

export function createLog(
  settings: LogSettings,
  stream: DestinationStream = pino.destination({ fd: 2, sync: true }),
): Log {
  const out = settings.json ? stream : { write: (line: string) => stream.write(readable(line)) };
  const redact = SECRETS.flatMap((name) => [name, `*.${name}`]);
  return asLog(
    pino(
      { level: settings.level, base: null, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'message', redact },
      out,
    ),
  );
}

/** The same log with some fields on every line, e.g. `{ part: 'compute' }`. */
export function withFields(log: Log, fields: object): Log {
  return {
    debug: (more, message) => log.debug({ ...fields, ...more }, message),
    info: (more, message) => log.info({ ...fields, ...more }, message),
    warn: (more, message) => log.warn({ ...fields, ...more }, message),
    error: (more, message) => log.error({ ...fields, ...more }, message),
  };
}

function asLog(logger: Logger): Log {
  return {
    debug: (fields, message) => logger.debug(plain(fields), message),
    info: (fields, message) => logger.info(plain(fields), message),
    warn: (fields, message) => logger.warn(plain(fields), message),
    error: (fields, message) => logger.error(plain(fields), message),
  };
}

/** JSON knows no bigint; amounts and units are logged as decimal text. */
function plain(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value]),
  );
}

const LEVELS = new Map<unknown, string>(
  Object.entries(pino.levels.values).map(([name, value]) => [value, name.toUpperCase()]),
);

/** `12:00:01.250 WARN  message key=value` from pino's JSON line. */
function readable(line: string): string {
  const { level, time, message, ...fields }: Record<string, unknown> = JSON.parse(line);
  const rest = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${String(time).slice(11, 23)} ${(LEVELS.get(level) ?? '').padEnd(5)} ${String(message)}${rest.join('')}\n`;
}
