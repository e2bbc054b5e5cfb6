/** Every metric of the node, a row each, and their text for Prometheus. Imports no room: whoever counts calls here. */

interface MetricRow {
  readonly kind: 'counter' | 'gauge';
  readonly about: string;
  readonly labels: readonly string[];
}

/** Names follow Prometheus: the unit last, `_total` for what only grows. */
export const metricTable = {
  corex_shards_total: {
    kind: 'counter',
    about: 'runs of shards and audited segments that ended well',
    labels: ['kind'],
  },
  corex_shards_failed_total: {
    kind: 'counter',
    about: 'runs of shards and segments that were given up',
    labels: ['code'],
  },
  corex_steps_total: { kind: 'counter', about: 'steps of those that ended well', labels: ['kind'] },
  corex_events_total: { kind: 'counter', about: 'events of this node', labels: ['level', 'event'] },
  corex_api_requests_total: { kind: 'counter', about: 'requests to the HTTP API', labels: ['status'] },
  corex_peers: { kind: 'gauge', about: 'connected peers', labels: [] },
  corex_epoch: { kind: 'gauge', about: 'current epoch', labels: [] },
  corex_head_block: { kind: 'gauge', about: 'newest confirmed block', labels: [] },
  corex_disputes_open: {
    kind: 'gauge',
    about: 'open disputes of this node, as challenger or as worker',
    labels: ['side'],
  },
  corex_disputes_ended: {
    kind: 'gauge',
    about: 'disputes of this node among the newest that ended on the network',
    labels: ['side', 'end'],
  },
  corex_running_shards: { kind: 'gauge', about: 'shards running now', labels: [] },
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof metricTable;
type Labels<N extends MetricName> = Readonly<Record<(typeof metricTable)[N]['labels'][number], string>>;
type LabelArgument<N extends MetricName> = (typeof metricTable)[N]['labels'] extends readonly []
  ? []
  : [labels: Labels<N>];

export class Metrics {
  readonly #values = new Map<MetricName, Map<string, number>>();

  /** Adds to a counter. */
  add<N extends MetricName>(name: N, amount: number, ...labels: LabelArgument<N>): void {
    const series = this.#series(name);
    const key = labelText(name, labels[0] ?? {});
    series.set(key, (series.get(key) ?? 0) + amount);
  }

  /** Sets a gauge. */
  set<N extends MetricName>(name: N, value: number, ...labels: LabelArgument<N>): void {
    this.#series(name).set(labelText(name, labels[0] ?? {}), value);
  }

  /** Prometheus text format 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */
  render(): string {
    const lines: string[] = [];
    for (const [name, row] of Object.entries(metricTable) as Array<[MetricName, MetricRow]>) {
      lines.push(`# HELP ${name} ${row.about}`, `# TYPE ${name} ${row.kind}`);
      const series =
        this.#values.get(name) ?? (row.labels.length === 0 ? new Map([['', 0]]) : new Map<string, number>());
      for (const [labels, value] of series) lines.push(`${name}${labels} ${value}`);
    }
    return `${lines.join('\n')}\n`;
  }

  #series(name: MetricName): Map<string, number> {
    let series = this.#values.get(name);
    if (series === undefined) {
      series = new Map();
      this.#values.set(name, series);
    }
    return series;
  }
}

function labelText(name: MetricName, labels: Readonly<Record<string, string>>): string {
  const names: readonly string[] = metricTable[name].labels;
  if (names.length === 0) return '';
  const quoted = (text: string): string => text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
  return `{${names.map((label) => `${label}="${quoted(labels[label] ?? '')}"`).join(',')}}`;
}
