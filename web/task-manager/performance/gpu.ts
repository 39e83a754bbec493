import { performance as text } from './text.js';
import { describeGraph } from './describe-graph.js';
import type { Device, Sources } from './device.js';
import { formatPercent } from './format.js';

const { captions, stats } = text;

/** The graphics adapter. Nothing on the machine draws with it, so that all its numbers are 0. */
export function gpu({ hardware, state }: Sources): Device | undefined {
  if (!hardware.gpu) return undefined;
  const { name, device, function: function_ } = hardware.gpu;
  const values = state.history.map(() => 0);
  const percent = formatPercent(0);
  return {
    id: 'gpu',
    name: text.gpu,
    lines: [name, percent],
    title: text.gpu,
    detail: name,
    thumbnail: [{ values, kind: 'main' }],
    graphs: [
      {
        id: 'engine',
        caption: captions.engine,
        maximum: percent,
        series: [{ values, kind: 'main' }],
        description: describeGraph(captions.engine, values, formatPercent),
      },
    ],
    stats: [[{ label: stats.utilization, value: percent }]],
    table: [{ label: stats.location, value: text.stats.pci(device, function_) }],
    note: text.idle.gpu,
  };
}
