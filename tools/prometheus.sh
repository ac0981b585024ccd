#!/usr/bin/env bash
# Puts Debian's `prometheus` and `promtool` into .venv/bin, where tests and `winepipeline up --prometheus` find them.
# The package is downloaded and unpacked, not installed: no service is started and no root is needed.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/winepipeline/prometheus BIN=.venv/bin

if [[ -x $BIN/prometheus && -x $BIN/promtool ]]; then exit 0; fi
if found=$(command -v prometheus) && tool=$(command -v promtool); then
  echo "Prometheus is there: $found, $tool" >&2
  exit 0
fi
if [[ ! -x $CACHE/usr/bin/promtool ]]; then
  if ! command -v apt-get dpkg-deb >/dev/null; then
    echo "Neither prometheus nor apt-get is here. Install Prometheus 2.42 or newer, so that \`prometheus\` and" >&2
    echo "\`promtool\` stand in the PATH: https://prometheus.io/download/" >&2
    exit 1
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  if ! (cd "$work" && apt-get download -qq prometheus 2>/dev/null); then
    if [[ $(id -u) == 0 ]]; then apt-get update -qq; fi
    (cd "$work" && apt-get download -qq prometheus)
  fi
  mkdir -p "$CACHE"
  dpkg-deb -x "$work"/prometheus_*.deb "$work/unpacked"
  cp -a "$work/unpacked/usr" "$CACHE/"
fi
mkdir -p "$BIN"
for each in prometheus promtool; do ln -sf "$CACHE/usr/bin/$each" "$BIN/$each"; done
echo "Prometheus $("$BIN/promtool" --version 2>&1 | awk 'NR == 1 { print $3 }') is in $BIN" >&2
