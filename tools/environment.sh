#!/usr/bin/env bash
# Makes the environment in .venv from the locked requirements: `tools/environment.sh demo` or `tools/environment.sh dev`.
# demo has what `winepipeline up` needs, dev also what checks and tests need; once dev, it stays dev.
# All it has to say goes to standard error: the last line of `make demo DEMO_OUTPUT=json` is the demo's.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly VENV=.venv
PACKAGES=(services/events services/process services/warehouse services/emulator services/producer services/consumer
  services/backfill operator local)

readonly SELDOM='/(tests|pip|setuptools|pkg_resources|lexers|faker)/'

say() { printf '%s\n' "$*" >&2; }

# A Python that runs, is new enough and can make environments. Shims of version managers may stand in the path and not run.
find_python() {
  local candidate reasons=""
  for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
    command -v "$candidate" >/dev/null || continue
    local version
    version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if ! "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      reasons+="  $candidate is Python $version; 3.11 or newer is needed"$'\n'
    elif ! "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
      reasons+="  $candidate ($version) cannot make environments; on Debian and Ubuntu: apt install python$version-venv"$'\n'
    else
      printf '%s' "$candidate"
      return
    fi
  done
  say "No usable Python was found (looked for: ${PYTHON:-python3.11 python3.12 python3.13 python3})."
  say "${reasons:-  None of them is installed. On Debian and Ubuntu: apt install python3.11 python3.11-venv}"
  say "Install one, or name yours: make setup PYTHON=/path/to/python3.12"
  return 2
}

# uv does not read pip's configuration; where a registry or wheels are named there, it is told the same.
follow_pip_configuration() {
  local name value
  while IFS='=' read -r name value; do
    value=${value#\'} value=${value%\'}
    case $name in
      *.index-url) export UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$value} ;;
      *.extra-index-url) export UV_INDEX=${UV_INDEX:-$value} ;;
      *.find-links) export UV_FIND_LINKS=${UV_FIND_LINKS:-$value} ;;
      *.cert) export SSL_CERT_FILE=${SSL_CERT_FILE:-$value} ;;
    esac
  done < <("$VENV/bin/python" -m pip config list 2>/dev/null)
}

make_environment() {
  if ! "$VENV/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    local python
    python=$(find_python)
    say "Making $VENV with $("$python" --version) …"
    rm -rf "$VENV"
    "$python" -m venv "$VENV"
  fi
  local wanted
  wanted=$(sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements/uv.txt)
  if [[ $("$VENV/bin/uv" --version 2>/dev/null) != "uv $wanted"* ]]; then
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt >&2
  fi
}

install() {
  local uv=("$VENV/bin/uv" pip) editable=() package
  for package in "${PACKAGES[@]}"; do
    editable+=(-e "$package")
  done
  export VIRTUAL_ENV=$PWD/$VENV
  "${uv[@]}" sync --quiet --require-hashes "$1" >&2
  "${uv[@]}" install --quiet --no-deps --no-build-isolation "${editable[@]}" >&2
  # Compiled once, here: where Python may not write (PYTHONDONTWRITEBYTECODE), every process would compile what it
  # imports again, for seconds. Half of what is installed is never imported.
  "$VENV/bin/python" -m compileall -q -j 0 -x "$SELDOM" "$VENV/lib" "${PACKAGES[@]/%//src}" >&2 || true
  # Of faker's thousands of modules just those that a backfill loads.
  PYTHONDONTWRITEBYTECODE='' "$VENV/bin/python" -c 'import winepipeline_backfill.people' >&2 || true
}

main() {
  local kind=${1:?demo or dev}
  if [[ -e $VENV/.dev ]]; then kind=dev; fi
  make_environment
  follow_pip_configuration
  say "Installing what $([[ $kind == dev ]] && echo "development" || echo "the demo") needs …"
  if [[ $kind == dev ]]; then
    install requirements/dev.txt
    touch "$VENV/.dev"
  else
    install requirements/runtime.txt
  fi
  touch "$VENV/.demo"
}

main "$@"
