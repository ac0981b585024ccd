#!/usr/bin/env bash
# Forwards a port of this machine to a Service of the cluster until Ctrl-C, and says where to look:
# tools/forward.sh NAMESPACE SERVICE PORT SERVICE_PORT WORDS…
# Where the port is taken already, as on a kind cluster that maps it, there is nothing to forward.
set -euo pipefail

namespace=$1 service=$2 port=$3 service_port=$4
shift 4
printf '%s\n' "$*"
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
  printf '%s\n' "Port $port of this machine answers already: a kind cluster maps it, or something else has it."
  exit 0
fi
exec kubectl --namespace "$namespace" port-forward "service/$service" "$port:$service_port"
