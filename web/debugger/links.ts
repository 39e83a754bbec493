import type { LinkSpan } from './command-window/line-pieces.js';
import type { Transcript } from './transcript.js';

/** What in a line of which command's answer leads on: the text of the group `to` is the link. */
interface Rule {
  /** Of the typed line; any when it is not given. */
  of?: RegExp;
  line: RegExp;
  command: (groups: Groups, typed: string) => string;
}
type Groups = Readonly<Record<string, string>>;

/** An address as extension commands write it, or as the engine does. */
const AT = '(?:[0-9a-f]{16}|[0-9a-f]{8}`[0-9a-f]{8})';
const line = (source: string) => new RegExp(source.replaceAll('@', AT), 'dg');

/** The links that WinDbg's own output has, and more of their kind. */
const RULES: readonly Rule[] = [
  { of: /\blm/, line: line('^@ @   (?<to>\\S+)'), command: ({ to }) => `lmvm ${to}` },
  { line: line('\\bPROCESS (?<to>@)'), command: ({ to }) => `!process ${to} 7` },
  { line: line('\\bTHREAD (?<to>@)'), command: ({ to }) => `!thread ${to}` },
  { line: line('\\bParentCid: (?<to>(?!0000\\b)[0-9a-f]+)'), command: ({ to }) => `!process ${to} 0` },
  { line: line('\\bOwning Process +(?<to>@)'), command: ({ to }) => `!process ${to} 0` },
  { line: line('\\bVadRoot (?<to>(?!0{16})@)'), command: ({ to }) => `!vad ${to}` },
  { line: line('\\bObject: (?<to>@)'), command: ({ to }) => `!object ${to}` },
  { line: line('\\bDirectory Object: (?<to>@)'), command: ({ to }) => `!object ${to}` },
  { of: /!object/, line: line('^ +(?:\\d\\d)? +(?<to>@) \\S+ +\\S'), command: ({ to }) => `!object ${to}` },
  {
    of: /!stacks|!ready/,
    line: line('^ +[0-9a-f]+\\.[0-9a-f]+ +(?<to>@)'),
    command: ({ to }) => `!thread ${to}`,
  },
  { of: /!stacks/, line: line('\\[(?<to>@) [^\\]]+\\]'), command: ({ to }) => `!process ${to} 0` },
  {
    of: /!running/,
    line: line('^ +(?<to>[0-9a-f]+) +@ +@ +\\('),
    command: ({ to }) => `~${parseInt(to!, 16)}s; k`,
  },
  { of: /!running/, line: line('^ +[0-9a-f]+ +@ +(?<to>@) \\('), command: ({ to }) => `!thread ${to}` },
  { of: /!irp/, line: line('^(?<to>@) \\['), command: ({ to }) => `!irp ${to}` },
  { of: /!irp/, line: line('\\[(?<to>@)\\] irpStack'), command: ({ to }) => `!thread ${to}` },
  { of: /!irp/, line: line('(?<to>@) +\\[\\\\'), command: ({ to }) => `!devobj ${to}` },
  { line: line('\\bDevNode 0x(?<to>@)'), command: ({ to }) => `!devnode ${to}` },
  { line: line('\\bDevNode (?<to>(?!0{16})@)'), command: ({ to }) => `!devnode ${to}` },
  { line: line('(?:\\(Upper\\)|\\(Lower\\)) (?<to>@)'), command: ({ to }) => `!devobj ${to}` },
  { line: line('\\bDriverObject (?<to>@)'), command: ({ to }) => `!drvobj ${to} 2` },
  { line: line('\\bSecurityDescriptor (?<to>(?!0{16})@)'), command: ({ to }) => `!sd ${to} & -10 1` },
  { of: /!devstack/, line: line('^[> ] (?<to>@) {2}\\\\'), command: ({ to }) => `!devobj ${to}` },
  { line: line('\\bKAPC \\x40 (?<to>@)'), command: ({ to }) => `!apc ${to}` },
  { of: /!process/, line: line('^ +Token +(?<to>@)'), command: ({ to }) => `!token ${to}` },
  { line: line('\\bPDO 0x(?<to>@)'), command: ({ to }) => `!devstack ${to}` },
  { line: line('\\bDriver object \\((?<to>@)\\)'), command: ({ to }) => `!drvobj ${to} 2` },
  { of: /!drvobj/, line: line('(?<=^(?:@ *)*)(?<to>@)(?= *$| +@)'), command: ({ to }) => `!devobj ${to}` },
  { of: /!locks/, line: line('^ +(?:Threads: )?(?<to>@)(?:-|$)'), command: ({ to }) => `!thread ${to}` },
  { of: /!timer/, line: line('^ *\\d* +(?<to>@) [P ] '), command: ({ to }) => `!timer ${to}` },
  { of: /!timer|!apc/, line: line('\\b[Tt]hread (?<to>@)'), command: ({ to }) => `!thread ${to}` },
  {
    line: line('^ +\\+0x[0-9a-f]+ SecurityDescriptor +: (?<to>0x(?!0+`0+\\b)@)'),
    command: ({ to }) => `!sd ${to} & -10 1`,
  },
  { of: /!whatis/, line: line('^    \\S.* \\((?<to>[!.a-z][^()]*)\\)$'), command: ({ to }) => to! },
  { of: /^\s*x\b/, line: line('^(?<to>@) +\\S+!'), command: ({ to }) => `ln ${to}` },
  {
    of: /^\s*(?:\.help|\.hh|help)\b/,
    line: line('^(?<to>[.!?~|]*[\\w]*) +\\S'),
    command: ({ to }) => `.hh ${to}`,
  },
  {
    of: /\bdt\b/,
    line: line('^ {3}\\+0x[0-9a-f]+ \\S+ *: (?<to>0x@) (?<type>_\\w+)'),
    command: ({ to, type }) => `dt nt!${type} ${to}`,
  },
  {
    of: /^\s*dt (?:-\S+ )*\S+ (?:0x)?@?[\w`$]+\s*$/,
    line: line('^ {3}\\+(?<offset>0x[0-9a-f]+) \\S+ *: (?<to>_\\w+)(?= *$| \\[)'),
    command: ({ offset, to }, typed) => `dt nt!${to} ${typed.trim().split(/\s+/).at(-1)}+${offset}`,
  },
];

/** What is said of a dump that was opened ends with where to begin. */
const ANALYSIS: readonly Rule[] = [
  { line: line('^For analysis of this file, run (?<to>!analyze -v)$'), command: ({ to }) => to! },
];

/** Of a line of a stack: the return address, and the function. */
const FRAME = new RegExp(
  `^(?:(?<number>[0-9a-f]{2,3}) )?(?:${AT} )?(?<back>${AT}) +(?:: .* : )?(?<site>\\S+)`,
  'd',
);
const STACK = /^(?:~\S+\s+)?k[a-z]*\b/i;
const STACK_HEADING = /^(?: # )?(?:Child-SP +)?RetAddr/;
const MOST_FRAMES = 256;
const NOWHERE = /^[0`]+$/;

/** The links of a line, from left to right. */
export function linksOf(transcript: Transcript, number: number): LinkSpan[] {
  const { text, command: typed, isEcho } = transcript.line(number);
  if (isEcho || text === '') return [];
  if (typed === '') return ANALYSIS.flatMap((rule) => ruleLinks(rule, text, typed));
  const links = RULES.filter(({ of }) => !of || of.test(typed)).flatMap((rule) =>
    ruleLinks(rule, text, typed),
  );
  links.push(...frameLinks(transcript, number, text, typed));
  links.sort((a, b) => a.start - b.start);
  return links.filter(({ start }, i) => i === 0 || start >= links[i - 1]!.end);
}

function ruleLinks({ line, command }: Rule, text: string, typed: string): LinkSpan[] {
  return [...text.matchAll(line)].flatMap((match) => {
    const [start, end] = match.indices!.groups!['to']!;
    return start < end ? [{ start, end, command: command(match.groups!, typed) }] : [];
  });
}

/** A frame's function makes it the current one, its return address leads to the call. */
function frameLinks(transcript: Transcript, number: number, text: string, typed: string): LinkSpan[] {
  const match = FRAME.exec(text);
  const place = match ? frameNumber(transcript, number) : -1;
  if (!match || place < 0) return [];
  const given = match.groups!['number'];
  const shown = given === undefined ? firstFrame(transcript, number) + place : Number.parseInt(given, 16);
  const { back, site } = match.indices!.groups!;
  const links: LinkSpan[] = [];
  if (!NOWHERE.test(match.groups!['back']!))
    links.push({ start: back![0], end: back![1], command: `ub ${match.groups!['back']}` });
  // Elsewhere stacks are shown of other threads, in which .frame cannot go.
  if (typed.split(';').some((part) => STACK.test(part.trim())))
    links.push({
      start: site![0],
      end: site![1],
      command: `.frame ${shown.toString(16)}`,
    });
  return links;
}

const BASE = /^\.frame\s.*\/r?c/;
const RESETS_BASE = /^(?:\.cxr|\.ecxr|\.thread|\.trap|\.process|~[\d.#]+s)\b/;
const NUMBERED = new RegExp(`^([0-9a-f]{2,3}) ${AT}`);
const LINES_BACK = 2000;

/** Number of the first frame of a stack without numbers: the one that `.frame /c` has made the first, or 0. */
function firstFrame(transcript: Transcript, number: number): number {
  for (let at = number; at >= 0 && number - at < LINES_BACK; at--) {
    const { command, isEcho } = transcript.line(at);
    if (!isEcho) continue;
    for (const part of command.split(';').reverse()) {
      if (RESETS_BASE.test(part.trim())) return 0;
      if (!BASE.test(part.trim())) continue;
      for (let answer = at + 1; answer <= number; answer++) {
        const found = NUMBERED.exec(transcript.text(answer));
        if (found) return Number.parseInt(found[1]!, 16);
      }
    }
  }
  return 0;
}

/** How many lines stand between the stack's heading and a line; -1 where there is no heading. */
function frameNumber(transcript: Transcript, number: number): number {
  for (let above = 1; above <= MOST_FRAMES && above <= number; above++) {
    const text = transcript.text(number - above).trimStart();
    if (STACK_HEADING.test(text) || text.startsWith('# ')) return above - 1;
    if (!FRAME.test(text)) return -1;
  }
  return -1;
}
