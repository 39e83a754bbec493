import { performance as text } from './text.js';
import { describeGraph } from './describe-graph.js';
import { history, type Device, type Sources } from './device.js';
import { formatThroughput, formatThroughputScale } from './format.js';
import { scaleFor } from './scale.js';

const { captions, stats } = text;
/** Upper ends of the graph, bits a second. */
const SCALES = [100e3, 500e3, 1e6, 11e6, 54e6, 100e6, 500e6, 1e9];

/** The network adapter: what its driver counts of the frames that it sends and receives. */
export function ethernet(sources: Sources): Device | undefined {
  const { hardware, latest, state } = sources;
  if (hardware.ethernet === undefined) return undefined;
  const { network: now } = latest;
  const rates = state.history.flatMap(({ network }) => [network.sent, network.received]);
  const scale = scaleFor(rates, SCALES);
  const received = history(sources, ({ network }) => network.received, scale);
  const sent = history(sources, ({ network }) => network.sent, scale);
  const series = [
    { values: received, kind: 'main' },
    { values: sent, kind: 'dashed' },
  ] as const;
  const spoken = (what: string, values: readonly number[]) =>
    describeGraph(`${captions.throughput}, ${what}`, values, (value) => formatThroughput(value * scale));
  return {
    id: 'ethernet',
    name: text.ethernet,
    lines: [hardware.ethernet, text.traffic(...trafficOf(now.sent, now.received))],
    title: text.ethernet,
    detail: hardware.ethernet,
    thumbnail: series,
    graphs: [
      {
        id: 'throughput',
        caption: captions.throughput,
        maximum: formatThroughputScale(scale),
        series,
        description: `${spoken(stats.receive, received)}. ${spoken(stats.send, sent)}`,
      },
    ],
    stats: [
      [{ label: stats.send, value: formatThroughput(now.sent) }],
      [{ label: stats.receive, value: formatThroughput(now.received) }],
    ],
    table: [
      { label: stats.adapterName, value: text.ethernet },
      { label: stats.connectionType, value: stats.ethernet },
    ],
  };
}

/** `8.0` and `24.0 Kbps`: the unit stands once where both have the same. */
function trafficOf(sent: number, received: number): [string, string] {
  const [send, receive] = [formatThroughput(sent), formatThroughput(received)];
  const unit = receive.slice(receive.lastIndexOf(' '));
  return [send.endsWith(unit) ? send.slice(0, -unit.length) : send, receive];
}
