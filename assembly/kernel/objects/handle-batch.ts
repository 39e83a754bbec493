// Filling a process's handle table from a list, so that tens of thousands of handles cross from the host in a few calls.
import { EPROCESS } from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { getField } from '../../memory/virtual';
import { createFileObject } from '../io/file-object';
import { createKeyBody } from '../registry/key-body';
import { createRegistration } from '../tracing/registration';
import { connectPort, createPort } from './alpc-port';
import { createFresh } from './body';
import { openHandle } from './handles';
import { referenceObject, setCreator } from './object';
import { createUserSection } from './user-section';

/** What a row asks for. */
const OPEN: u32 = 0; // `subject` is the object
const CREATE: u32 = 1; // a fresh object of type `type`, in its variant `detail`
const FILE: u32 = 2; // a file on the device `subject`; `detail` is the text of its name
const KEY: u32 = 3; // a key body on the key control block `subject`
const CONNECT: u32 = 4; // a client port connected to the connection port `subject`
const LISTEN: u32 = 5; // an ALPC port of the process's own
const MAP: u32 = 6; // a section object on the control area `subject`
const REGISTER: u32 = 7; // a registration, of type `type`, as the provider of events `subject`

const ROW_BYTES: u32 = 32; // u64 subject, u32 verb, type, detail, access, attributes, handle
const MAXIMUM_TEXTS: i32 = 4096;

/** Names that rows refer to, kept in host memory: where each lies and how many bytes it has. */
const texts = new StaticArray<usize>(MAXIMUM_TEXTS);
const textBytes = new StaticArray<u32>(MAXIMUM_TEXTS);
let textCount: i32 = 0;

/** Keeps the text of `bytes` bytes in the exchange buffer for rows to come; returns its number. */
export function defineText(bytes: u32): i32 {
  assert(textCount < MAXIMUM_TEXTS, 'too many texts');
  const copy = heap.alloc(bytes);
  memory.copy(copy, exchangeBuffer(), bytes);
  unchecked((texts[textCount] = copy));
  unchecked((textBytes[textCount] = bytes));
  return textCount++;
}

/**
 * Opens `rows` handles in a process's table as the rows in the exchange buffer say; each row gets the object and the
 * handle value. Handles that others get by it, as a server's ends of connections, go into their tables.
 */
export function openHandles(process: u64, rows: u32): void {
  const table = getField(process, EPROCESS.ObjectTable);
  setCreator(getField(process, EPROCESS.UniqueProcessId));
  for (let i: u32 = 0; i < rows; i++) {
    const row = exchangeBuffer() + i * ROW_BYTES;
    const object = subjectOf(row, process);
    const access = load<u32>(row, 20);
    store<u32>(row, openHandle(table, object, access, load<u32>(row, 24)), 28);
    store<u64>(row, object);
    // A fresh object's first reference was its creator's, who keeps the handle instead.
    if (load<u32>(row, 8) != OPEN) referenceObject(object, -1);
  }
}

function subjectOf(row: usize, process: u64): u64 {
  const subject = load<u64>(row);
  const detail = load<u32>(row, 16);
  switch (load<u32>(row, 8)) {
    case CREATE:
      return createFresh(load<u32>(row, 12), detail);
    case FILE:
      return createFileObject(subject, unchecked(texts[detail]), unchecked(textBytes[detail]));
    case KEY:
      return createKeyBody(subject, process);
    case CONNECT:
      return connectPort(subject, process);
    case LISTEN:
      return createPort(process);
    case REGISTER:
      return createRegistration(load<u32>(row, 12), subject, process);
    case MAP:
      return createUserSection(subject);
    default:
      return subject;
  }
}
