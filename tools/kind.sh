#!/usr/bin/env bash
# A cluster in Docker with the operator and the demo pipeline: `tools/kind.sh up`, `tools/kind.sh down`.
# `up` may be run again and again: it goes on where it was, with images built anew.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly CLUSTER=winepipeline CONTEXT=kind-winepipeline SYSTEM=winepipeline-system
# Another one each time: so the operator sees that its images, and those of every pod, have changed.
readonly TAG=${TAG:-dev-$(date +%Y%m%d%H%M%S)}
readonly IMAGES=(operator:operator producer:services/producer consumer:services/consumer backfill:services/backfill
  emulator:services/emulator)

say() { printf '%s\n' "$*" >&2; }

need() {
  local missing=()
  for program in "$@"; do command -v "$program" >/dev/null || missing+=("$program"); done
  if [[ ${#missing[@]} -gt 0 ]]; then
    say "Not installed: ${missing[*]}. See https://docs.docker.com/get-docker/, https://kind.sigs.k8s.io/,"
    say "https://kubernetes.io/docs/tasks/tools/ and https://helm.sh/docs/intro/install/."
    say "Without Docker, as root on Debian: make cluster-build cluster-up"
    exit 1
  fi
}

kube() { kubectl --context "$CONTEXT" "$@"; }

up() {
  need docker kind kubectl helm
  if ! kind get clusters 2>/dev/null | grep -qx "$CLUSTER"; then
    kind create cluster --config kind-config.yaml --wait 120s
  fi
  local image names=()
  for image in "${IMAGES[@]}"; do
    local name=winepipeline-${image%%:*}:$TAG
    say "Building $name …"
    DOCKER_BUILDKIT=1 docker build --quiet --tag "$name" --file "${image#*:}/Dockerfile" . >/dev/null
    names+=("$name")
  done
  kind load docker-image --name "$CLUSTER" "${names[@]}"
  helm upgrade --install winepipeline charts/winepipeline --kube-context "$CONTEXT" --namespace "$SYSTEM" \
    --create-namespace --set "imageTag=$TAG" --wait --timeout 5m >/dev/null
  kube apply -f tools/kind/namespace.yaml
  kube apply --namespace wine -f examples/demo.yaml
  kube apply -f tools/kind/console.yaml
  say "Waiting until the pipeline is ready …"
  kube --namespace wine wait wp/albert --for=condition=Ready --timeout=10m
  kube --namespace wine get wp albert --output wide
  say "Console: http://localhost:8080. Grafana and Prometheus: docs/how-to/kind.md. Take it all away: make kind-down"
}

down() {
  need kind
  kind delete cluster --name "$CLUSTER"
}

case ${1:-} in
  up | down) "$1" ;;
  *)
    say "Usage: tools/kind.sh up|down"
    exit 2
    ;;
esac
