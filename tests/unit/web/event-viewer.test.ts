import { describe, expect, test } from 'vitest';
import { NO_FILTER, filtered, parseIds } from '../../../web/event-viewer/event-filter.js';
import { asText, asXml } from '../../../web/event-viewer/event-copy.js';
import { recordsOf } from '../../../web/event-viewer/event-record.js';

const provider = { name: 'Some-Provider', guid: '{00000000-0000-0000-0000-000000000001}' };
const time = '2025-11-22T15:07:00.1234567Z';
const event = (id: number, level: number, text: string, payload = {}) => ({
  id,
  level,
  text,
  payload,
  time,
  task: 'SomeTask',
  channel: 'Operational',
});
const records = recordsOf(
  {
    provider,
    events: [
      event(1, 4, 'Begun'),
      event(106, 4, 'Estimated', { Pages: 12 }),
      event(2, 2, 'A <bad> end & more', { NTStatus: '0xC0000120' }),
    ],
  },
  'LAB-PC',
);
const idsOf = (filter: Partial<typeof NO_FILTER>) =>
  filtered(records, { ...NO_FILTER, ...filter }).map(({ event: { id } }) => id);

// The syntax is that of Event Viewer's own filter: "Enter ID numbers and/or ID ranges separated by commas. To exclude
// criteria, type a minus sign first."
describe('ids of a filter', () => {
  test.each([
    ['', [1, 2, 106]],
    ['106', [106]],
    ['1, 100-199', [1, 106]],
    ['-106', [1, 2]],
    ['1-199,-2', [1, 106]],
    ['-2-199', [1]],
  ])('%s', (typed, expected) => {
    const has = parseIds(typed)!;
    expect([1, 2, 106].filter(has)).toEqual(expected);
  });

  test.each(['x', '1 2', '1-2-3', '--1', '1-'])('%s means nothing', (typed) => {
    expect(parseIds(typed)).toBeUndefined();
  });
});

test('level, ids and text of a filter all have to fit; what names, values and sentences have counts as text', () => {
  expect(idsOf({})).toEqual([1, 106, 2]);
  expect(idsOf({ level: '2' })).toEqual([2]);
  expect(idsOf({ level: '4', ids: '-1' })).toEqual([106]);
  expect(idsOf({ text: 'ntstatus' })).toEqual([2]);
  expect(idsOf({ text: ' ESTIM ' })).toEqual([106]);
  expect(idsOf({ text: 'operational', level: '3' })).toEqual([]);
  expect(idsOf({ ids: 'x' })).toEqual([1, 106, 2]);
});

test('an event as XML has the elements of the schema of event logs, and no character that would break it', () => {
  const xml = asXml(records[2]!);
  expect(xml).toContain('<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">');
  expect(xml).toContain(`<Provider Name="${provider.name}" Guid="${provider.guid}" />`);
  expect(xml).toContain('<EventID>2</EventID>');
  expect(xml).toContain('<EventRecordID>3</EventRecordID>');
  expect(xml).toContain(`<TimeCreated SystemTime="${time}" />`);
  expect(xml).toContain('<Channel>Some-Provider/Operational</Channel>');
  expect(xml).toContain('<Data Name="NTStatus">0xC0000120</Data>');
  expect(xml).toContain('<Message>A &lt;bad&gt; end &amp; more</Message>');
  const opened = [...xml.matchAll(/<(\w+)[^>]*(?<!\/)>/g)].map(([, name]) => name);
  const closed = [...xml.matchAll(/<\/(\w+)>/g)].map(([, name]) => name);
  expect(opened.toSorted()).toEqual(closed.toSorted());
});

test('an event as text has the lines that Windows copies, one below the other, and then the XML', () => {
  const lines = asText(records[1]!, '11/22/2025 3:07 PM').split('\r\n');
  expect(lines.slice(0, 9)).toEqual([
    'Log Name:      Some-Provider/Operational',
    'Source:        Some-Provider',
    'Date:          11/22/2025 3:07 PM',
    'Event ID:      106',
    'Task Category: SomeTask',
    'Level:         Information',
    'Computer:      LAB-PC',
    'Description:',
    'Estimated',
  ]);
  expect(lines[9]).toBe('Event Xml:');
  expect(lines[10]).toMatch(/^<Event /);
});
