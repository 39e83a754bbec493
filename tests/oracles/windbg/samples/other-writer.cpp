// Writes dumps of itself, at a fault several calls deep, with the MiniDumpWriteDump of the system that it runs on.
#include <windows.h>
#include <dbghelp.h>

struct Kind {
  const char* file;
  int type;
  bool atFault;
};

// Source of the types: Microsoft, MINIDUMP_TYPE.
static const Kind KINDS[] = {
    {"stacks.dmp", MiniDumpNormal, true},
    {"data.dmp", MiniDumpWithDataSegs | MiniDumpWithIndirectlyReferencedMemory, true},
    {"no-fault.dmp", MiniDumpNormal, false},
};

static volatile int* nowhere;

static LONG WINAPI write(EXCEPTION_POINTERS* pointers) {
  for (const Kind& kind : KINDS) {
    HANDLE file = CreateFileA(kind.file, GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS, 0, nullptr);
    MINIDUMP_EXCEPTION_INFORMATION fault = {GetCurrentThreadId(), pointers, FALSE};
    BOOL isWritten = MiniDumpWriteDump(GetCurrentProcess(), GetCurrentProcessId(), file,
                                       static_cast<MINIDUMP_TYPE>(kind.type), kind.atFault ? &fault : nullptr,
                                       nullptr, nullptr);
    CloseHandle(file);
    if (!isWritten) ExitProcess(1);
  }
  ExitProcess(0);
}

static DWORD WINAPI wait(void* event) { return WaitForSingleObject(event, INFINITE); }

__attribute__((noinline)) static int inner(int number) {
  *nowhere = number;
  return number + 1;
}

__attribute__((noinline)) static int outer(int number) { return inner(number * 2) + 1; }

int main() {
  CreateThread(nullptr, 0, wait, CreateEventA(nullptr, FALSE, FALSE, nullptr), 0, nullptr);
  Sleep(100);
  SetUnhandledExceptionFilter(write);
  return outer(21);
}
