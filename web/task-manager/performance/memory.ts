import { performance as text } from './text.js';
import { describeGraph } from './describe-graph.js';
import { history, type Device, type Sources } from './device.js';
import { formatGigabytes, formatPercent, formatSize } from './format.js';

const { captions, stats, composition } = text;
const ALL = 100;

export function memory(sources: Sources): Device {
  const { hardware, latest } = sources;
  const { memory: now } = latest;
  const available = now.standby + now.free;
  // What is modified counts as in use everywhere but in the composition.
  const used = now.total - available;
  const values = history(
    sources,
    ({ memory: { total, standby, free } }) => total - standby - free,
    now.total,
  );
  const percent = formatPercent((used / now.total) * ALL);
  const inUse = `${formatGigabytes(used)}/${formatGigabytes(now.total)} GB`;
  return {
    id: 'memory',
    name: text.memory,
    lines: [`${inUse} (${percent})`],
    title: text.memory,
    detail: `${formatGigabytes(hardware.memory.installed)} GB`,
    thumbnail: [{ values, kind: 'main' }],
    graphs: [
      {
        id: 'usage',
        caption: captions.memoryUsage,
        maximum: `${formatGigabytes(now.total)} GB`,
        series: [{ values, kind: 'main' }],
        description: describeGraph(captions.memoryUsage, values, (value) => formatSize(value * now.total)),
      },
    ],
    composition: [
      { id: 'inUse', label: composition.inUse, bytes: now.inUse },
      { id: 'modified', label: composition.modified, bytes: now.modified },
      { id: 'standby', label: composition.standby, bytes: now.standby },
      { id: 'free', label: composition.free, bytes: now.free },
    ],
    stats: [
      [
        { label: stats.inUse, value: `${formatSize(used)} (${formatSize(now.compressed)})` },
        { label: stats.available, value: formatSize(available) },
      ],
      [
        {
          label: stats.committed,
          value: `${formatGigabytes(now.committed)}/${formatGigabytes(now.commitLimit)} GB`,
        },
        { label: stats.cached, value: formatSize(now.standby + now.modified) },
      ],
      [
        { label: stats.pagedPool, value: formatSize(now.pagedPool) },
        { label: stats.nonPagedPool, value: formatSize(now.nonPagedPool) },
      ],
    ],
    table: [{ label: stats.hardwareReserved, value: formatSize(hardware.memory.hardwareReserved) }],
  };
}
