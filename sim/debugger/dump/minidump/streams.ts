import { record } from '../../files/record.js';

/** Structures of minidumps. Source: Windows SDK, minidumpapiset.h. */
export const HEADER = record(0x20, {
  Signature: [0x0, 'u32'],
  Version: [0x4, 'u32'],
  NumberOfStreams: [0x8, 'u32'],
  StreamDirectoryRva: [0xc, 'u32'],
  TimeDateStamp: [0x14, 'u32'],
  Flags: [0x18, 'offset'],
});
export const DIRECTORY = record(0xc, { StreamType: [0x0, 'u32'], DataSize: [0x4, 'u32'], Rva: [0x8, 'u32'] });

/** MINIDUMP_STREAM_TYPE, of those that are read. */
export const Stream = {
  UNUSED: 0,
  THREAD_LIST: 3,
  MODULE_LIST: 4,
  MEMORY_LIST: 5,
  EXCEPTION: 6,
  SYSTEM_INFO: 7,
  MEMORY64_LIST: 9,
  COMMENT_A: 10,
  COMMENT_W: 11,
  HANDLE_DATA: 12,
  UNLOADED_MODULE_LIST: 14,
  MISC_INFO: 15,
  MEMORY_INFO_LIST: 16,
  THREAD_INFO_LIST: 17,
  THREAD_NAMES: 24,
} as const;

export const THREAD = record(0x30, {
  ThreadId: [0x0, 'u32'],
  SuspendCount: [0x4, 'u32'],
  PriorityClass: [0x8, 'u32'],
  Priority: [0xc, 'i32'],
  Teb: [0x10, 'u64'],
  StackStart: [0x18, 'u64'],
  StackBytes: [0x20, 'u32'],
  StackRva: [0x24, 'u32'],
  ContextBytes: [0x28, 'u32'],
  ContextRva: [0x2c, 'u32'],
});
export const THREAD_INFO = record(0x40, {
  ThreadId: [0x0, 'u32'],
  CreateTime: [0x10, 'u64'],
  KernelTime: [0x20, 'u64'],
  UserTime: [0x28, 'u64'],
  StartAddress: [0x30, 'u64'],
  Affinity: [0x38, 'u64'],
});
export const THREAD_NAME = record(0xc, { ThreadId: [0x0, 'u32'], RvaOfThreadName: [0x4, 'offset'] });
export const MODULE = record(0x6c, {
  BaseOfImage: [0x0, 'u64'],
  SizeOfImage: [0x8, 'u32'],
  CheckSum: [0xc, 'u32'],
  TimeDateStamp: [0x10, 'u32'],
  ModuleNameRva: [0x14, 'u32'],
  CvRecordBytes: [0x4c, 'u32'],
  CvRecordRva: [0x50, 'u32'],
});
export const UNLOADED_MODULE = record(0x18, {
  BaseOfImage: [0x0, 'u64'],
  SizeOfImage: [0x8, 'u32'],
  CheckSum: [0xc, 'u32'],
  TimeDateStamp: [0x10, 'u32'],
  ModuleNameRva: [0x14, 'u32'],
});
export const MEMORY_DESCRIPTOR = record(0x10, {
  Start: [0x0, 'u64'],
  Bytes: [0x8, 'u32'],
  Rva: [0xc, 'u32'],
});
export const MEMORY64_DESCRIPTOR = record(0x10, { Start: [0x0, 'u64'], Bytes: [0x8, 'offset'] });
export const MEMORY_INFO = record(0x30, {
  BaseAddress: [0x0, 'u64'],
  AllocationBase: [0x8, 'u64'],
  AllocationProtect: [0x10, 'u32'],
  RegionSize: [0x18, 'u64'],
  State: [0x20, 'u32'],
  Protect: [0x24, 'u32'],
  Type: [0x28, 'u32'],
});
/** MINIDUMP_HANDLE_DESCRIPTOR; the second one has more behind it. */
export const HANDLE = record(0x20, {
  Handle: [0x0, 'u64'],
  TypeNameRva: [0x8, 'u32'],
  ObjectNameRva: [0xc, 'u32'],
  Attributes: [0x10, 'u32'],
  GrantedAccess: [0x14, 'u32'],
  HandleCount: [0x18, 'u32'],
  PointerCount: [0x1c, 'u32'],
});
export const SYSTEM_INFO = record(0x20, {
  ProcessorArchitecture: [0x0, 'u16'],
  ProcessorLevel: [0x2, 'u16'],
  ProcessorRevision: [0x4, 'u16'],
  NumberOfProcessors: [0x6, 'u8'],
  ProductType: [0x7, 'u8'],
  MajorVersion: [0x8, 'u32'],
  MinorVersion: [0xc, 'u32'],
  BuildNumber: [0x10, 'u32'],
  PlatformId: [0x14, 'u32'],
  CSDVersionRva: [0x18, 'u32'],
  SuiteMask: [0x1c, 'u16'],
});
export const MISC_INFO = record(0x18, {
  SizeOfInfo: [0x0, 'u32'],
  Flags1: [0x4, 'u32'],
  ProcessId: [0x8, 'u32'],
  ProcessCreateTime: [0xc, 'u32'],
  ProcessUserTime: [0x10, 'u32'],
  ProcessKernelTime: [0x14, 'u32'],
});
/** MINIDUMP_MISC_INFO_4.BuildString: 260 characters of UTF-16. */
export const BUILD_STRING = { at: 0xe8, bytes: 520, flag: 0x100 };
export const MISC_FLAGS = { processId: 1, processTimes: 2 };
export const EXCEPTION = record(0xa8, {
  ThreadId: [0x0, 'u32'],
  ExceptionCode: [0x8, 'u32'],
  ExceptionFlags: [0xc, 'u32'],
  ExceptionRecord: [0x10, 'u64'],
  ExceptionAddress: [0x18, 'u64'],
  NumberParameters: [0x20, 'u32'],
  ContextBytes: [0xa0, 'u32'],
  ContextRva: [0xa4, 'u32'],
});
/** ExceptionInformation of MINIDUMP_EXCEPTION. */
export const EXCEPTION_PARAMETERS = { at: 0x28, most: 15 };
export const LIST_HEADERS = {
  /** ULONG32 of the lists of threads, modules and memory. */
  count: 4,
};
export const ARCHITECTURE_AMD64 = 9;
