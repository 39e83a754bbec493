import { text } from './text.js';
import type { EventRecord } from './event-record.js';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escaped = (value: unknown) => String(value).replace(/[&<>"]/g, (character) => ESCAPES[character]!);

/**
 * An event in the schema of Windows' event logs, in the rendered form that has its words. What this machine does not
 * know of an event (process and thread, keywords, numbers of tasks) is left out.
 */
export function asXml({ event, provider, record, log, computer }: EventRecord): string {
  const data = Object.entries(event.payload).map(
    ([name, value]) => `    <Data Name="${escaped(name)}">${escaped(value)}</Data>`,
  );
  return [
    '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">',
    '  <System>',
    `    <Provider Name="${escaped(provider.name)}" Guid="${escaped(provider.guid)}" />`,
    `    <EventID>${event.id}</EventID>`,
    `    <Level>${event.level}</Level>`,
    `    <TimeCreated SystemTime="${escaped(event.time)}" />`,
    `    <EventRecordID>${record}</EventRecordID>`,
    `    <Channel>${escaped(log)}</Channel>`,
    `    <Computer>${escaped(computer)}</Computer>`,
    '  </System>',
    ...(data.length > 0 ? ['  <EventData>', ...data, '  </EventData>'] : ['  <EventData />']),
    '  <RenderingInfo>',
    `    <Message>${escaped(event.text)}</Message>`,
    `    <Level>${escaped(text.levels[event.level])}</Level>`,
    `    <Task>${escaped(event.task)}</Task>`,
    `    <Channel>${escaped(event.channel)}</Channel>`,
    '  </RenderingInfo>',
    '</Event>',
  ].join('\r\n');
}

/** What *Copy details as text* puts on the clipboard: the lines of Windows', the sentence, and the event as XML. */
export function asText(item: EventRecord, date: string): string {
  const { copied, levels } = text;
  const { event, provider, log, computer } = item;
  const lines: readonly (readonly [string, string | number])[] = [
    [copied.log, log],
    [copied.source, provider.name],
    [copied.date, date],
    [copied.id, event.id],
    [copied.task, event.task],
    [copied.level, levels[event.level] ?? event.level],
    [copied.computer, computer],
  ];
  const width = Math.max(...lines.map(([label]) => label.length)) + 2;
  return [
    ...lines.map(([label, value]) => `${label}:`.padEnd(width) + value),
    `${copied.description}:`,
    event.text,
    `${copied.xml}:`,
    asXml(item),
    '',
  ].join('\r\n');
}
