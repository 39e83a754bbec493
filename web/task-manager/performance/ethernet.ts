import { performance as text } from './text.js';
import { describeGraph } from './describe-graph.js';
import type { Device, Sources } from './device.js';
import { formatThroughput } from './format.js';

const { captions, stats } = text;
const SCALE = 100e3; // bits a second, the least that the graph shows

/** The network adapter. Nothing on the machine sends or receives, so that all its numbers are 0. */
export function ethernet({ hardware, state }: Sources): Device | undefined {
  if (hardware.ethernet === undefined) return undefined;
  const nothing = formatThroughput(0);
  const values = state.history.map(() => 0);
  return {
    id: 'ethernet',
    name: text.ethernet,
    lines: [hardware.ethernet, text.traffic('0', nothing)],
    title: text.ethernet,
    detail: hardware.ethernet,
    thumbnail: [{ values, kind: 'main' }],
    graphs: [
      {
        id: 'throughput',
        caption: captions.throughput,
        maximum: formatThroughput(SCALE),
        series: [
          { values, kind: 'main' },
          { values, kind: 'dashed' },
        ],
        description: describeGraph(captions.throughput, values, formatThroughput),
      },
    ],
    stats: [[{ label: stats.send, value: nothing }], [{ label: stats.receive, value: nothing }]],
    table: [
      { label: stats.adapterName, value: text.ethernet },
      { label: stats.connectionType, value: stats.ethernet },
    ],
    note: text.idle.ethernet,
  };
}
