import { performance as text } from './text.js';
import { describeGraph } from './describe-graph.js';
import { history, type Device, type Graph, type Sources } from './device.js';
import { formatCache, formatNumber, formatPercent, formatSpeed, formatUptime } from './format.js';

const { captions, stats } = text;
const ALL = 100;

type Usage = { percent: number; kernelPercent: number };
type Pick = (sample: Sources['latest']) => Usage;

function graph(sources: Sources, id: string, caption: string, maximum: string, pick: Pick): Graph {
  const { kernelTimes } = sources.state;
  const main = history(sources, (sample) => pick(sample).percent, ALL);
  const kernel = history(sources, (sample) => pick(sample).kernelPercent, ALL);
  const spoken = (what: string, values: readonly number[]) =>
    describeGraph(what, values, (value) => formatPercent(value * ALL));
  const descriptions = [spoken(caption, main)];
  if (kernelTimes) descriptions.push(spoken(captions.kernel, kernel));
  return {
    id,
    caption,
    maximum,
    series: [
      { values: main, kind: 'main' },
      ...(kernelTimes ? [{ values: kernel, kind: 'kernel' } as const] : []),
    ],
    description: descriptions.join('. '),
  };
}

function nodeUsage(sample: Sources['latest'], node: number): Usage {
  const processors = sample.processors.filter((processor) => processor.node === node);
  const mean = (value: (usage: Usage) => number) =>
    processors.reduce((sum, processor) => sum + value(processor), 0) / processors.length;
  return { percent: mean(({ percent }) => percent), kernelPercent: mean((usage) => usage.kernelPercent) };
}

function graphs(sources: Sources): Graph[] {
  const { latest, state, hardware } = sources;
  if (state.cpuGraph === 'logical')
    return latest.processors.map((_, number) =>
      graph(
        sources,
        `processor-${number}`,
        captions.processor(number),
        '',
        (sample) => sample.processors[number]!,
      ),
    );
  if (state.cpuGraph === 'nodes')
    return Array.from({ length: hardware.cpu.nodes }, (_, node) =>
      graph(sources, `node-${node}`, captions.node(node), '', (sample) => nodeUsage(sample, node)),
    );
  return [
    graph(sources, 'overall', captions.utilization, formatPercent(ALL), ({ cpuPercent, kernelPercent }) => ({
      percent: cpuPercent,
      kernelPercent,
    })),
  ];
}

export function cpu(sources: Sources): Device {
  const { latest, hardware, state, span } = sources;
  const { name, baseMegahertz, caches, ...counts } = hardware.cpu;
  const percent = formatPercent(latest.cpuPercent);
  const speed = formatSpeed(baseMegahertz);
  const cacheNames = [stats.l1, stats.l2, stats.l3];
  return {
    id: 'cpu',
    name: text.cpu,
    lines: [`${percent}\u00a0 ${speed}`],
    title: text.cpu,
    detail: name,
    thumbnail: [{ values: history(sources, ({ cpuPercent }) => cpuPercent, ALL), kind: 'main' }],
    graphs: graphs(sources),
    ...(state.cpuGraph !== 'overall' && {
      isGrid: true,
      gridCaption: { label: captions.logicalUtilization(formatNumber(span)), value: formatPercent(ALL) },
    }),
    stats: [
      [
        { label: stats.utilization, value: percent },
        { label: stats.speed, value: speed },
      ],
      [
        { label: stats.processes, value: formatNumber(latest.processes) },
        { label: stats.threads, value: formatNumber(latest.threads) },
        { label: stats.handles, value: formatNumber(latest.handles) },
      ],
      [{ label: stats.upTime, value: formatUptime(latest.uptime) }],
    ],
    table: [
      { label: stats.baseSpeed, value: speed },
      { label: stats.sockets, value: formatNumber(counts.sockets) },
      { label: stats.cores, value: formatNumber(counts.cores) },
      { label: stats.logicalProcessors, value: formatNumber(counts.logicalProcessors) },
      { label: stats.virtualization, value: counts.virtualization ? stats.enabled : stats.disabled },
      ...caches.map((bytes, level) => ({ label: cacheNames[level]!, value: formatCache(bytes) })),
    ],
  };
}
