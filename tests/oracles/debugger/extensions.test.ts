import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileSource } from '../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../sim/cli/debug/symbol-folder.js';
import { Session, Shell } from '../../../sim/debugger/index.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';

/** Extension commands against what the scenario side says is true of the machine, which never reads the dump. */
interface MoreTruth {
  io: {
    drivers: { name: string; address: string; devices: string[] }[];
    requests: { address: string; isCompleted?: true }[];
  };
  processes: {
    address: string;
    token: {
      address: string;
      user: string;
      groups: { sid: string }[];
      privileges: { present: string; enabled: string };
    };
  }[];
  namedObjects: { path: string; type: string; address: string }[];
}

const DUMPS: [name: string, options: string[]][] = [
  ['tiny', ['--machine', 'tiny', '--seed', '9', '--user-pages']],
  ['classroom', ['--machine', 'classroom', '--seed', '4']],
];
const plain = (address: string) => address.replace(/^0x/, '');

describe.each(DUMPS)('extension commands on %s', (_, options) => {
  let dump: GeneratedDump;
  let shell: Shell;
  let more: MoreTruth;
  const ask = (command: string) => shell.execute(command);
  const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match.slice(1));

  beforeAll(() => {
    dump = generateDump(options);
    more = dump.truth as unknown as MoreTruth;
    const files = new SymbolFolder(dump.symbols);
    shell = new Shell(new Session(new FileSource(dump.dump), { path: dump.dump, symbols: files }));
  });
  afterAll(() => dump?.remove());

  it('!process 0 0 lists every process with its id, name and handles', () => {
    const found = all(
      ask('!process 0 0'),
      /PROCESS ([0-9a-f]{16})\n.*Cid: ([0-9a-f]+) [^]*?HandleCount: (\d+)\.\n\s+Image: (.*)\n/g,
    );
    const handles = (open: Record<string, string[]>) => Object.values(open).flat().length;
    // The truth's names are those of EPROCESS.ImageFileName, which holds 14 characters.
    const cut = found.map(([address, pid, count, name]) => [address, pid, count, name!.slice(0, 14)]);
    expect(cut).toEqual(
      dump.truth.processes.map(({ address, pid, name, handles: { open } }) => [
        plain(address),
        pid.toString(16).padStart(4, '0'),
        `${handles(open)}`,
        name,
      ]),
    );
  });

  it('!stacks 2 walks every thread as the truth says', () => {
    const text = ask('!stacks 2');
    const rows = text.split('\n');
    const found = new Map<string, string[]>();
    let current: string[] | undefined;
    for (const row of rows) {
      const head = /^ *[0-9a-f]+\.[0-9a-f]+ {2}([0-9a-f]{16}) [0-9a-f]{7,8} \S+ +(\S+)$/.exec(row);
      if (head) found.set(head[1]!, (current = [head[2]!]));
      else if (/^ {20,}\S+$/.test(row) && !row.includes('[')) current?.push(row.trim());
      else current = undefined;
    }
    const threads = dump.truth.processes.flatMap(({ threads: list }) => list);
    for (const { address, stack } of threads) {
      const sites = found.get(plain(address));
      expect(sites?.slice(0, stack.length), address).toEqual(stack);
    }
    expect(found.size).toBe(threads.length + dump.truth.processors.length); // and the idle threads
    expect(text).toContain(`Threads Processed: ${found.size}\n`);
  });

  it('!handle lists the handles of each process with type and access', () => {
    for (const { address, handles } of dump.truth.processes.slice(0, 20)) {
      const text = ask(`!handle 0 3 ${plain(address)}`);
      const pattern =
        /^([0-9a-f]{4,}): Object: ([0-9a-f]{16}) {2}GrantedAccess: ([0-9a-f]{8}).*\n.*Type: \([0-9a-f]+\) (.*)$/gm;
      const found = all(text, pattern).map(
        ([value, object, access, type]) =>
          `${type} ${parseInt(value!, 16)} ${object} ${parseInt(access!, 16)}`,
      );
      const known = Object.entries(handles.open).flatMap(([type, list]) =>
        list.map((row) => {
          const [value, object, access] = row.split(' ');
          return `${type} ${Number(value)} ${plain(object!)} ${Number(access)}`;
        }),
      );
      expect(found.sort(), address).toEqual(known.sort());
    }
  });

  it('!vad lists the ranges of each process', () => {
    for (const { address, memory } of dump.truth.processes.slice(0, 20)) {
      const found = all(
        ask(`!vad ${plain(address)}`),
        /^[0-9a-f]{16} +\d+ +([0-9a-f]+) +([0-9a-f]+) +\d+ (Private|Mapped)/gm,
      );
      const page = (at: string) => (BigInt(at) >> 12n).toString(16);
      expect(found, address).toEqual(
        memory.map(({ start, end, kind }) => [
          page(start),
          ((BigInt(end) >> 12n) - 1n).toString(16),
          kind === 'private' ? 'Private' : 'Mapped',
        ]),
      );
    }
  });

  it('!poolused sums pool by tag', () => {
    const found = all(ask('!poolused'), /^ (.{4}) +(\d+) +(\d+) +(\d+) +(\d+)$/gm).map(
      ([tag, ...numbers]) => `${tag} ${numbers.join(' ')}`,
    );
    const known = dump.truth.pool.map((row) => {
      const number = (name: string) => Number(row[name]);
      const used = [
        number('nonPagedAllocs') - number('nonPagedFrees'),
        number('nonPagedBytes'),
        number('pagedAllocs') - number('pagedFrees'),
        number('pagedBytes'),
      ];
      return `${String(row['tag']).padEnd(4)} ${used.join(' ')}`;
    });
    expect(found.filter((row) => !/ 0 0 0 0$/.test(row)).sort()).toEqual(
      known.filter((row) => !/ 0 0 0 0$/.test(row)).sort(),
    );
  });

  it('!poolused counts allocations and frees, and of some tags only', () => {
    const number = (row: (typeof dump.truth.pool)[0], name: string) => Number(row[name]);
    const [most] = [...dump.truth.pool].sort(
      (a, b) => number(b, 'nonPagedAllocs') - number(a, 'nonPagedAllocs'),
    );
    const tag = String(most!['tag']).padEnd(4);
    const [found] = all(
      ask(`!poolused 3 ${tag}`),
      /^ (.{4}) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)$/gm,
    );
    const cells = ['nonPaged', 'paged'].flatMap((kind) => {
      const [allocs, frees] = [number(most!, `${kind}Allocs`), number(most!, `${kind}Frees`)];
      return [allocs, frees, allocs - frees, number(most!, `${kind}Bytes`)];
    });
    expect(found).toEqual([tag, ...cells.map(String)]);
    expect(
      all(ask(`!poolused 0 ${tag[0]}*`), /^ (.{4}) +\d/gm).every(
        ([one]) => one![0]!.toLowerCase() === tag[0]!.toLowerCase(),
      ),
    ).toBe(true);
  });

  it('!poolfind finds as many blocks of a tag as there are allocations', () => {
    const live = (row: Record<string, number | string>, kind: string) =>
      Number(row[`${kind}Allocs`]) - Number(row[`${kind}Frees`]);
    const rows = dump.truth.pool
      .map((row) => ({
        tag: String(row['tag']).padEnd(4),
        count: live(row, 'nonPaged') + live(row, 'paged'),
      }))
      .filter(({ tag, count }) => count > 0 && /^[A-Za-z]{4}$/.test(tag));
    expect(rows.length).toBeGreaterThan(20);
    for (const { tag, count } of rows.filter((_, i) => i % Math.ceil(rows.length / 8) === 0)) {
      const found = all(ask(`!poolfind ${tag}`), /^([0-9a-f]{16}) : tag (.{4}),/gm);
      expect(found.filter(([, name]) => name === tag).length, tag).toBe(count);
    }
  });

  it('!pool marks the block that an object lies in', () => {
    for (const { address } of dump.truth.processes.slice(4, 12)) {
      const marked = all(ask(`!pool ${plain(address)}`), /^\*([0-9a-f]{16}) size: +([0-9a-f]+) .*\*(.*)$/gm);
      expect(marked.length, address).toBe(1);
      const [[start, bytes, tag]] = marked as [[string, string, string]];
      const offset = BigInt(address) - BigInt(`0x${start}`);
      expect(offset > 0n && offset < BigInt(`0x${bytes}`)).toBe(true);
      expect(tag).toBe('Proc');
    }
  });

  it('.tlist lists the processes of the dump', () => {
    const found = all(ask('.tlist'), /^ *0n(\d+) (.*)$/gm).map(([pid, name]) => [
      Number(pid),
      name!.slice(0, 14),
    ]);
    expect(found).toEqual(dump.truth.processes.map(({ pid, name }) => [pid, name]));
  });

  it('!token shows user, groups and privileges of each process', () => {
    for (const { address, token } of more.processes) {
      const text = ask(`.process ${plain(address)}; !token`);
      expect(text).toContain(`_TOKEN 0x${plain(token.address)}\n`);
      expect(text).toContain(`\nUser: ${token.user}\n`);
      const groups = all(text.split('Capabilities: ')[0]!, /^ \d\d (S-[\d-]+)$/gm).map(([sid]) => sid);
      expect(groups).toEqual(token.groups.map(({ sid }) => sid));
      const privileges = all(text, /^ (\d\d) 0x[0-9a-f]{9} Se\w+ +Attributes - (Enabled)?/gm);
      const mask = (rows: typeof privileges) =>
        rows.reduce((sum, [number]) => sum | (1n << BigInt(number!)), 0n);
      expect(mask(privileges)).toBe(BigInt(token.privileges.present));
      expect(mask(privileges.filter(([, enabled]) => enabled))).toBe(BigInt(token.privileges.enabled));
    }
  });

  it('!memusage counts the frames of each list', () => {
    const found = Object.fromEntries(
      all(ask('!memusage'), /^ +(\S+): +(\d+) \(/gm).map(([name, count]) => [name, Number(count)]),
    );
    const { lists, active, pages } = dump.truth.physicalMemory;
    expect(found).toMatchObject({
      Zeroed: lists.zeroed,
      Free: lists.free,
      Standby: lists.standby.reduce((sum, count) => sum + count, 0),
      Modified: lists.modifiedPrivate + lists.modifiedFile,
      ModifiedNoWrite: lists.modifiedNoWrite,
      Bad: lists.bad,
      TOTAL: pages,
    });
    expect(found['Active/Valid']! + found['Transition']!).toBeGreaterThanOrEqual(active);
  });

  it('!memusage counts as many frames of a file as its control area does', () => {
    const rows = all(
      ask('!memusage'),
      /^([0-9a-f]{16}) +(\d+) +(\d+) +(\d+) +\d+ +\d+ +\d+ {2}mapped_file\( (.+) \)$/gm,
    );
    const asked = rows.map(([area]) => `dt nt!_CONTROL_AREA ${area} NumberOfPfnReferences`);
    const counted = all(ask(asked.join('; ')), /NumberOfPfnReferences : (\S+)/g).map(([count]) =>
      Number(count),
    );
    const shown = rows.map(
      ([, valid, standby, dirty]) => (Number(valid) + Number(standby) + Number(dirty)) / 4,
    );
    expect(shown).toEqual(counted);
    expect(shown.length).toBeGreaterThan(50);
    expect(rows.map(([, , , , name]) => name)).toContain('ntdll.dll');
  });

  it('!object finds every named object by its path', () => {
    for (const { path, type, address } of more.namedObjects
      .filter(({ path: p }) => !/[ ;]/.test(p))
      .slice(0, 200)) {
      const [found] = all(ask(`!object ${path}`), /^Object: ([0-9a-f]{16}) {2}Type: \([0-9a-f]+\) (.*)$/gm);
      expect(found, path).toEqual([plain(address), type]);
    }
  });

  it('!drvobj lists the devices of each driver', () => {
    for (const { name, address, devices } of more.io.drivers) {
      const text = ask(`!drvobj ${plain(address)}`);
      expect(text, name).toContain(`is for:\n ${name}\n`);
      expect(text.split('Device Object list:\n')[1]!.split(/\s+/).filter(Boolean).sort()).toEqual(
        devices.map(plain).sort(),
      );
    }
  });

  it('!irpfind finds the requests of threads, !irp shows each', () => {
    const found = all(ask('!irpfind'), /^([0-9a-f]{16}) \[/gm).map(([at]) => at!);
    const known = more.io.requests.map(({ address }) => plain(address));
    expect(found.filter((at) => !known.includes(at))).toEqual([]);
    expect(found.length).toBeGreaterThan(0);
    const completed = more.io.requests.filter(({ isCompleted }) => isCompleted).map(({ address }) => address);
    for (const at of [...found.slice(0, 10), ...completed.map(plain)])
      expect(ask(`!irp ${at}`)).toMatch(
        completed.map(plain).includes(at)
          ? /Irp is complete/
          : /Irp is active with \d+ stacks \d+ is current/,
      );
  });

  it('!running and !prcb show what each processor runs', () => {
    dump.truth.processors.forEach(({ address, currentThread }, number) => {
      expect(ask(`!prcb ${number}`)).toContain(
        `at ${plain(address)}:\nCurrent IRQL -- 2\nThreads--  Current ${plain(currentThread)} `,
      );
    });
  });
});
