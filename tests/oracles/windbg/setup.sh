#!/usr/bin/env bash
# Puts WinDbg's engine into a folder: setup.sh [DIR]. DIR is $WINDBG_ENGINE_DIR or build/windbg when not given.
# Needs wine64, mingw's x86_64 compiler and dotnet; `npm test` installs the first two. Does nothing the second time.
# The engine is Microsoft's (Windows SDK licence): restored on the machine that runs the tests, never committed or shipped.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:-${WINDBG_ENGINE_DIR:-$here/../../../build/windbg}}
package=Microsoft.Debugging.Platform.DbgEng version=20260109.1235.0
mkdir -p "$dir/restore"
dir=$(realpath "$dir")

if [ ! -f "$dir/dbgeng.dll" ]; then
  # The framework is only there because a project must name one: the newest that this SDK knows.
  cat >"$dir/restore/engine.csproj" <<X
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net\$(BundledNETCoreAppTargetFrameworkVersion)</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="$package" Version="$version" ExcludeAssets="all" GeneratePathProperty="true" /></ItemGroup>
</Project>
X
  DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 \
    dotnet restore "$dir/restore/engine.csproj" --packages "$dir/restore/packages" -v quiet
  cp "$dir/restore/packages/${package,,}/$version/content/amd64/"*.dll "$dir/"
fi
if [ ! "$dir/windbg.exe" -nt "$here/windbg.cpp" ]; then
  x86_64-w64-mingw32-g++ -O1 -static -o "$dir/windbg.exe" "$here/windbg.cpp"
fi
wine=$(command -v wine64 || echo /usr/lib/wine/wine64)
if [ ! -f "$dir/prefix/system.reg" ]; then
  WINEPREFIX=$dir/prefix WINEDEBUG=-all "$wine" wineboot -i >/dev/null 2>&1
fi
echo "WinDbg's engine is ready in $dir"
