#!/usr/bin/env bash
# windbg.sh DUMP SYMBOLS IMAGES [COMMAND...]   runs the commands (without any: those on standard input, one a line)
# and prints WinDbg's answers. With --session as the only command, lines are answered as they come. SYMBOLS and IMAGES are folders, plain or laid out as a symbol store, or -.
# The engine is taken from $WINDBG_ENGINE_DIR or build/windbg, where setup.sh puts it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$(realpath -m "${WINDBG_ENGINE_DIR:-$here/../../../build/windbg}")
[ -f "$dir/windbg.exe" ] || { echo "WinDbg's engine is not in $dir; setup.sh puts it there" >&2; exit 2; }
win() { [ "$1" = - ] && echo . || realpath "$1" | sed 's#^#Z:#; s#/#\\#g'; }
dump=$(win "$1") symbols=$(win "$2") images=$(win "$3")
shift 3
# Without the overrides Wine's own empty dbgeng answers.
export WINEPREFIX=$dir/prefix WINEDEBUG=-all WINEDLLOVERRIDES='dbgeng,dbghelp,dbgcore,dbgmodel,msdia140=n'
wine=$(command -v wine64 || echo /usr/lib/wine/wine64)
cd "$dir"
seconds=${WINDBG_SECONDS:-120}
if [ "$*" = --session ]; then exec timeout "$seconds" "$wine" windbg.exe "$dump" "$symbols" "$images" -; fi
commands=$(mktemp)
trap 'rm -f "$commands"' EXIT
if [ $# -gt 0 ]; then printf '%s\n' "$@"; else cat; fi >"$commands"
timeout "$seconds" "$wine" windbg.exe "$dump" "$symbols" "$images" "$(win "$commands")" | tr -d '\r'
