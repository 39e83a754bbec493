import { describe, expect, it } from 'vitest';
import { offsetOf } from '../../../oracles/readers/layouts.js';
import { core, machine, pointer } from '../support.js';
import { entriesOf, get } from './support.js';

const { typeIndex } = machine.kernel;
const HIVE_ENTRY = 4n; // KEY_HIVE_ENTRY: its control block hangs below that of the link, which has the name

/** Bodies of a type that handles lead to, with the process whose they are. */
function handlesTo(type: string): { object: bigint; process: bigint; pid: number }[] {
  return machine.stage.processes.flatMap(({ address, pid }) => {
    const table = get(address, '_EPROCESS', 'ObjectTable');
    if (table === 0n) return [];
    return entriesOf(table)
      .filter(({ object }) => object !== 0n && core.exports.objectType(object) === typeIndex.get(type))
      .map(({ object }) => ({ object, process: address, pid }));
  });
}

function list(head: bigint): bigint[] {
  const found: bigint[] = [];
  for (let link = pointer(head); link !== head; link = pointer(link)) found.push(link);
  return found;
}

describe('registrations for event tracing', () => {
  it("are on their provider's list, which holds no others, and name their process", () => {
    const registered = handlesTo('EtwRegistration');
    expect(registered.length).toBeGreaterThan(50);
    const providers = new Set(registered.map(({ object }) => get(object, '_ETW_REG_ENTRY', 'GuidEntry')));
    const listed = [...providers].flatMap((provider) =>
      list(provider + BigInt(offsetOf('_ETW_GUID_ENTRY', 'RegListHead'))),
    );
    expect([...listed].sort()).toEqual(registered.map(({ object }) => object).sort());
    for (const { object, process } of registered)
      expect(get(object, '_ETW_REG_ENTRY', 'Process')).toBe(process);
  });
});

describe('keys', () => {
  it('lead to control blocks whose names give the path of a key', () => {
    const paths = new Map([...machine.stage.objects.registry.keys].map(([path, block]) => [block, path]));
    const nameOf = (block: bigint): string => {
      const name = get(block, '_CM_KEY_CONTROL_BLOCK', 'NameBlock');
      const length = Number(get(name, '_CM_NAME_CONTROL_BLOCK', 'NameLength'));
      const at = name + BigInt(offsetOf('_CM_NAME_CONTROL_BLOCK', 'Name'));
      core.exports.memoryRead(at, length);
      const text = String.fromCharCode(...core.view(core.exports.exchangeBuffer(), length));
      const above = get(block, '_CM_KEY_CONTROL_BLOCK', 'ParentKcb');
      if (above === 0n) return `\\${text}`;
      const isHiveRoot = (get(block, '_CM_KEY_CONTROL_BLOCK', 'Flags') & HIVE_ENTRY) !== 0n;
      return isHiveRoot ? nameOf(above) : `${nameOf(above)}\\${text}`;
    };
    const keys = handlesTo('Key');
    expect(keys.length).toBeGreaterThan(50);
    for (const { object, pid } of keys) {
      expect(get(object, '_CM_KEY_BODY', 'ProcessID')).toBe(BigInt(pid));
      const block = get(object, '_CM_KEY_BODY', 'KeyControlBlock');
      expect(nameOf(block)).toBe(paths.get(block)!.toUpperCase());
    }
  });

  it('are counted by their control blocks, with the keys below', () => {
    const named = [...machine.stage.objects.registry.keys.values()];
    const above = named.map((block) => get(block, '_CM_KEY_CONTROL_BLOCK', 'ParentKcb'));
    const blocks = [...new Set([...named, ...above.filter((block) => block !== 0n)])]; // with those of links to hives
    const open = handlesTo('Key').map(({ object }) => get(object, '_CM_KEY_BODY', 'KeyControlBlock'));
    for (const block of blocks) {
      const below = blocks.filter((other) => get(other, '_CM_KEY_CONTROL_BLOCK', 'ParentKcb') === block);
      const bodies = open.filter((other) => other === block);
      expect(get(block, '_CM_KEY_CONTROL_BLOCK', 'RefCount')).toBe(BigInt(1 + below.length + bodies.length));
    }
  });
});

describe('ports', () => {
  it('of a connection lead to each other and to the port that was connected to', () => {
    const ends = handlesTo('ALPC Port');
    let connections = 0;
    for (const { object } of ends) {
      const info = get(object, '_ALPC_PORT', 'CommunicationInfo');
      const end = (name: string) => get(info, '_ALPC_COMMUNICATION_INFO', name);
      expect([
        end('ConnectionPort'),
        end('ServerCommunicationPort'),
        end('ClientCommunicationPort'),
      ]).toContain(object);
      if (end('ClientCommunicationPort') !== object) continue;
      connections++;
      const server = end('ServerCommunicationPort');
      expect(ends.some(({ object: other }) => other === server)).toBe(true);
      const owner = get(end('ConnectionPort'), '_ALPC_PORT', 'OwnerProcess');
      expect(get(server, '_ALPC_PORT', 'OwnerProcess')).toBe(owner);
    }
    expect(connections).toBeGreaterThan(10);
  });
});
