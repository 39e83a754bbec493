import { describe, expect, it, test } from 'vitest';
import type { HardwareInfo, Sample } from '../../../sim/worker/sim-api.js';
import { Store } from '../../../web/storage/store.js';
import { copyText } from '../../../web/task-manager/performance/copy-text.js';
import { describeDevices } from '../../../web/task-manager/performance/devices.js';
import { describeGraph } from '../../../web/task-manager/performance/describe-graph.js';
import {
  formatCache,
  formatGigabytes,
  formatNumber,
  formatPercent,
  formatRate,
  formatSize,
  formatSpeed,
  formatThroughput,
  formatUptime,
} from '../../../web/task-manager/performance/format.js';
import { PerformanceStore } from '../../../web/task-manager/performance/performance-store.js';
import { scaleFor } from '../../../web/task-manager/performance/scale.js';
import { performance, sample } from './sample.js';

const GB = 2 ** 30;
const MB = 2 ** 20;

// Expected texts are those of Task Manager on real machines.
describe('numbers', () => {
  test.each([
    [formatPercent(4.4), '4%'],
    [formatSpeed(3910), '3.91 GHz'],
    [formatNumber(323138), '323138'],
    [formatUptime(((4 * 60 + 35) * 60 + 20) * 1000 + 999), '0:04:35:20'],
    [formatUptime(3 * 86400_000), '3:00:00:00'],
    [formatGigabytes(13.9 * GB), '13.9'],
    [formatSize(1.2 * GB), '1.2 GB'],
    [formatSize(817 * MB), '817 MB'],
    [formatCache(1.4 * MB), '1.4 MB'],
    [formatCache(320 * 1024), '320 KB'],
    [formatRate(0), '0 KB/s'],
    [formatRate(32.7 * 1024), '32.7 KB/s'],
    [formatRate(2.5 * MB), '2.5 MB/s'],
    [formatThroughput(0), '0 Kbps'],
    [formatThroughput(8000), '8.0 Kbps'],
  ])('%s reads %s', (text, expected) => expect(text).toBe(expected));
});

describe('the history', () => {
  it('keeps the last 60 readings and counts all', () => {
    const samples = new Store<Sample | null>(null);
    const store = new PerformanceStore(samples);
    for (let time = 0; time < 75; time++) samples.set({ ...sample([]), performance: performance({ time }) });
    const { history, readings } = store.value;
    expect(history.map(({ time }) => time)).toEqual(Array.from({ length: 60 }, (_, index) => index + 15));
    expect(readings).toBe(75);
  });
});

it('a graph in words says what it is now, and its least and most', () => {
  expect(describeGraph('% Utilization', [0.1, 0.04, 0.07], (value) => formatPercent(value * 100))).toBe(
    '% Utilization: now 7%, between 4% and 10% in the time shown',
  );
  expect(describeGraph('% Utilization', [], String)).toBe('% Utilization: no values yet');
});

it('a scale holds all values', () => {
  expect(scaleFor([], [100, 500])).toBe(100);
  expect(scaleFor([3, 101], [100, 500])).toBe(500);
  expect(scaleFor([900], [100, 500])).toBe(500);
});

it('Copy lays the numbers out as Windows does', () => {
  const text = copyText({
    id: 'cpu',
    name: 'CPU',
    lines: [],
    title: 'CPU',
    detail: 'A processor',
    thumbnail: [],
    graphs: [],
    table: [{ label: 'Sockets:', value: '1' }],
    stats: [[{ label: 'Utilization', value: '4%' }], [{ label: 'Up time', value: '0:04:35:20' }]],
  });
  expect(text.split('\r\n')).toEqual([
    'CPU',
    '',
    '\tA processor',
    '',
    '\tSockets:\t1',
    '',
    '\tUtilization\t4%',
    '\tUp time\t0:04:35:20',
    '',
  ]);
});

describe('devices', () => {
  const hardware = {
    cpu: {
      name: '',
      baseMegahertz: 0,
      sockets: 1,
      cores: 1,
      logicalProcessors: 1,
      nodes: 1,
      virtualization: true,
      caches: [],
    },
    memory: { installed: GB, hardwareReserved: 0 },
    ethernet: 'Contoso Gigabit',
    gpu: { name: 'Contoso Graphics', device: 2, function: 0 },
  } as unknown as HardwareInfo;
  const devices = (now: Parameters<typeof performance>[0]) => {
    const samples = new Store<Sample | null>(null);
    const store = new PerformanceStore(samples);
    samples.set({ ...sample([]), performance: performance(now) });
    return new Map(describeDevices(hardware, store.value, 60).map((device) => [device.id, device]));
  };

  it('show what is sent and received, the unit once where both have the same', () => {
    const linkSpeed = 1e9;
    const ethernet = devices({ network: { sent: 32_000, received: 8000, linkSpeed } }).get('ethernet')!;
    expect(ethernet.lines).toEqual(['Contoso Gigabit', 'S: 32.0 R: 8.0 Kbps']);
    expect(ethernet.graphs[0]!.maximum).toBe('100 Kbps');
    expect(ethernet.graphs[0]!.series.map(({ values }) => values.at(-1))).toEqual([0.08, 0.32]);
    const busy = devices({ network: { sent: 32_000, received: 80e6, linkSpeed } }).get('ethernet')!;
    expect(busy.lines[1]).toBe('S: 32.0 Kbps R: 80.0 Mbps');
    expect(busy.graphs[0]!.maximum).toBe('100 Mbps');
    expect(devices({}).get('ethernet')!.lines[1]).toBe('S: 0 R: 0 Kbps');
  });

  it('show for which part of the time the graphics adapter works', () => {
    const gpu = devices({ gpuPercent: 11.4 }).get('gpu')!;
    expect(gpu.lines).toEqual(['Contoso Graphics', '11%']);
    expect(gpu.graphs[0]!.series[0]!.values.at(-1)).toBeCloseTo(0.114);
    expect(gpu.stats[0]![0]!.value).toBe('11%');
  });
});
