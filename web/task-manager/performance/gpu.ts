import { performance as text } from './text.js';
import { describeGraph } from './describe-graph.js';
import { history, type Device, type Sources } from './device.js';
import { formatPercent } from './format.js';

const { captions, stats } = text;
const ALL = 100;

/** The graphics adapter: for how long it has worked. */
export function gpu(sources: Sources): Device | undefined {
  const { hardware, latest } = sources;
  if (!hardware.gpu) return undefined;
  const { name, device, function: function_ } = hardware.gpu;
  const values = history(sources, ({ gpuPercent }) => gpuPercent, ALL);
  const percent = formatPercent(latest.gpuPercent);
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
        description: describeGraph(captions.engine, values, (value) => formatPercent(value * ALL)),
      },
    ],
    stats: [[{ label: stats.utilization, value: percent }]],
    table: [{ label: stats.location, value: text.stats.pci(device, function_) }],
  };
}
