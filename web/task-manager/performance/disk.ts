import { performance as text } from './text.js';
import { describeGraph } from './describe-graph.js';
import { history, type Device, type Sources } from './device.js';
import { formatCapacity, formatMilliseconds, formatPercent, formatRate, formatRateScale } from './format.js';
import { scaleFor } from './scale.js';

const { captions, stats } = text;
const ALL = 100;
const SECOND_GRAPH = 67; // CSS px
const KILO = 1024;
/** Upper ends of the transfer rate's graph, bytes a second. */
const SCALES = [100 * KILO, 500 * KILO, ...[1, 10, 50, 100, 500, 1024, 4096].map((step) => step * KILO ** 2)];

export function disk(sources: Sources): Device | undefined {
  const { hardware, latest, state } = sources;
  if (!hardware.disk) return undefined;
  const { name, capacity, formatted, hasPageFile } = hardware.disk;
  const { disk: now } = latest;
  const rates = state.history.flatMap((sample) => [sample.disk.bytesRead, sample.disk.bytesWritten]);
  const scale = scaleFor(rates, SCALES);
  const active = history(sources, (sample) => sample.disk.activePercent, ALL);
  const read = history(sources, (sample) => sample.disk.bytesRead, scale);
  const written = history(sources, (sample) => sample.disk.bytesWritten, scale);
  const percent = formatPercent(now.activePercent);
  const spokenRate = (what: string, values: readonly number[]) =>
    describeGraph(`${captions.transferRate}, ${what}`, values, (value) => formatRate(value * scale));
  return {
    id: 'disk',
    name: text.disk,
    lines: [text.diskType, percent],
    title: text.disk,
    detail: name,
    thumbnail: [{ values: active, kind: 'main' }],
    graphs: [
      {
        id: 'active',
        caption: captions.activeTime,
        maximum: formatPercent(ALL),
        series: [{ values: active, kind: 'main' }],
        description: describeGraph(captions.activeTime, active, (value) => formatPercent(value * ALL)),
      },
      {
        id: 'rate',
        caption: captions.transferRate,
        maximum: formatRateScale(scale),
        series: [
          { values: read, kind: 'main' },
          { values: written, kind: 'dashed' },
        ],
        description: `${spokenRate(stats.readSpeed, read)}. ${spokenRate(stats.writeSpeed, written)}`,
        height: SECOND_GRAPH,
      },
    ],
    stats: [
      [
        { label: stats.activeTime, value: percent },
        { label: stats.responseTime, value: formatMilliseconds(now.responseTime) },
      ],
      [
        { label: stats.readSpeed, value: formatRate(now.bytesRead) },
        { label: stats.writeSpeed, value: formatRate(now.bytesWritten) },
      ],
    ],
    table: [
      { label: stats.capacity, value: formatCapacity(capacity) },
      { label: stats.formatted, value: formatCapacity(formatted) },
      { label: stats.systemDisk, value: stats.yes },
      { label: stats.pageFile, value: hasPageFile ? stats.yes : stats.no },
      { label: stats.type, value: text.diskType },
    ],
  };
}
