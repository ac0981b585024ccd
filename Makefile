# `make` says what there is.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
# Stamps: what is installed. Both share one environment; see tools/environment.sh.
DEMO := $(VENV)/.demo
DEV := $(VENV)/.dev
INSTALLED_FROM := requirements/uv.txt tools/environment.sh \
  $(wildcard services/*/pyproject.toml operator/pyproject.toml local/pyproject.toml)
SOURCES := $(wildcard services/*/src operator/src local/src) $(wildcard tests benchmarks tools)

DEMO_SECONDS ?= 30
DEMO_OUTPUT ?=
PYTEST_ARGS ?=
# Each worker has a broker and an emulator of its own, some 700 MB. Half of the time a test waits: twice as many workers
# as cores keep both of them at work. What runs long starts more beside that.
PYTEST_WORKERS ?= 4
LONG_WORKERS ?= 3
# One for each group of tests/cluster/conftest.py: most of a cluster's tests is waiting.
CLUSTER_WORKERS ?= 4
LAW_EXAMPLES ?= 300
FUZZ_EVENTS ?= 1000000
REPLAY_LETTERS ?= 10000

.PHONY: help
help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(DEV) ## Install all that development needs into .venv
	@echo "$(VENV) holds all that development needs; go on with: make check test"

$(DEV): requirements/dev.txt $(INSTALLED_FROM)
	@tools/environment.sh dev

$(DEMO): requirements/runtime.txt $(INSTALLED_FROM)
	@tools/environment.sh demo

.PHONY: demo
demo: $(DEMO) ## Run the whole pipeline here (DEMO_SECONDS=30, empty: until Ctrl-C; DEMO_OUTPUT=json)
	@$(BIN)/winepipeline up -f examples/demo.yaml \
	  $(if $(DEMO_SECONDS),--for $(DEMO_SECONDS)s) $(if $(DEMO_OUTPUT),--output $(DEMO_OUTPUT))

.PHONY: check
check: $(DEV) ## Hold the tree to its rules: format, lint, types, imports, sizes, docstrings, examples
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports
	$(BIN)/python tools/size_budget.py
	$(BIN)/python tools/docstrings.py
	$(BIN)/winepipeline lint examples/*.yaml

# In the tree's order, the long ones first: by default those files with few tests come last, which here are the long ones.
# PYTHONDONTWRITEBYTECODE would have each worker compile and rewrite all tests at each run, which costs it seven seconds.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --ignore=tests/cluster --dist loadfile --no-loadscope-reorder
.PHONY: test
test: $(DEV) ## Run the tests, with a real broker and the emulator (PYTEST_ARGS=… for some of them)
	@$(PYTEST) -n $(PYTEST_WORKERS) -m "not long" $(PYTEST_ARGS)

.PHONY: test-long
test-long: $(DEV) ## Run the tests that take longer, and try each law with more examples (LAW_EXAMPLES=300)
	@LAW_EXAMPLES=$(LAW_EXAMPLES) $(PYTEST) -n $(LONG_WORKERS) -m "long or hypothesis" $(PYTEST_ARGS)

HARNESS := $(BIN)/python -m tests.cluster.harness
.PHONY: cluster-build cluster-up cluster-images cluster-down
cluster-build: $(DEV) ## Build what a one-node cluster without Docker consists of (20 minutes, once; root, Go, Debian)
	@$(HARNESS) build

.PHONY: cluster-keda
cluster-keda: $(DEV) ## Build KEDA for the tests that need it (some minutes, once; Go)
	@$(BIN)/python -m tests.cluster.keda

cluster-up: $(DEV) ## Start that cluster with our images in it; says how to reach it
	@$(HARNESS) up

cluster-images: $(DEV) ## Build our images anew and load them into the running cluster
	@$(HARNESS) images

cluster-down: $(DEV) ## Stop the cluster and remove all that it left on this machine
	@$(HARNESS) down

.PHONY: kind-up kind-down
kind-up: ## Make a cluster in Docker with the operator and the demo pipeline (docker, kind, kubectl, helm)
	@tools/kind.sh up

kind-down: ## Delete that cluster
	@tools/kind.sh down

.PHONY: test-cluster
test-cluster: $(DEV) ## Run the tests that need a Kubernetes cluster
	@# It says how far it is, which takes 20 minutes once; what is missing the tests say, too. A cluster in kind is built.
	@[[ $${WINEPIPELINE_CLUSTER:-} == kind ]] || $(HARNESS) build || true
	@$(BIN)/pytest tests/cluster --verbose --durations=10 -n $(CLUSTER_WORKERS) --no-loadscope-reorder $(PYTEST_ARGS)

.PHONY: prometheus-binary
prometheus-binary: $(DEV) ## Put Debian's Prometheus and promtool into .venv/bin, for tests and `winepipeline up`
	@tools/prometheus.sh

# Where the stack is, and which pipeline's Console to look at.
MONITORING_NAMESPACE ?= monitoring
STACK_VERSION ?= 88.5.3
NAMESPACE ?= default
PIPELINE ?= albert
.PHONY: monitoring-up monitoring-down grafana prometheus console
monitoring-up: ## Install Prometheus and Grafana (kube-prometheus-stack) into the cluster that kubectl points at
	helm upgrade --install kube-prometheus-stack kube-prometheus-stack --version $(STACK_VERSION) \
	  --repo https://prometheus-community.github.io/helm-charts \
	  --namespace $(MONITORING_NAMESPACE) --create-namespace --values charts/monitoring-values.yaml --wait
	@echo "Look at it with: make grafana, make prometheus"

monitoring-down: ## Remove them again; their volumes stay
	helm uninstall kube-prometheus-stack --namespace $(MONITORING_NAMESPACE)

grafana: ## Forward Grafana to port 3000, until Ctrl-C
	@tools/forward.sh $(MONITORING_NAMESPACE) kube-prometheus-stack-grafana 3000 80 \
	  "Grafana:  http://127.0.0.1:3000/d/kafka-consumer-snowflake  user admin, password admin123"

prometheus: ## Forward Prometheus to port 9090, until Ctrl-C
	@tools/forward.sh $(MONITORING_NAMESPACE) kube-prometheus-stack-prometheus 9090 9090 \
	  "Prometheus:  http://127.0.0.1:9090/alerts  without a log-in"

console: ## Forward the Redpanda Console of a pipeline to port 8080, until Ctrl-C (NAMESPACE=default PIPELINE=albert)
	@tools/forward.sh $(NAMESPACE) $(PIPELINE)-console 8080 8080 "Console:  http://127.0.0.1:8080/topics  without a log-in"

.PHONY: fuzz
fuzz: $(DEV) ## Run the fuzz tests at length (FUZZ_EVENTS=1000000)
	@FUZZ_EVENTS=$(FUZZ_EVENTS) $(BIN)/pytest -k fuzz --timeout=3600 $(PYTEST_ARGS)

.PHONY: replay
replay: $(DEV) ## Run the tests of dead letters at length (REPLAY_LETTERS=10000)
	@REPLAY_LETTERS=$(REPLAY_LETTERS) $(BIN)/pytest tests/integration/consumer/test_replay.py --timeout=3600 $(PYTEST_ARGS)

.PHONY: bench
bench: $(DEV) ## Run every benchmark, each printing its table
	@for name in $(basename $(notdir $(wildcard benchmarks/backfill.py benchmarks/consumer.py benchmarks/producer.py benchmarks/scaling.py benchmarks/operator.py))); do \
	  echo "--- $$name"; $(BIN)/python -m benchmarks.$$name; done

.PHONY: docs
docs: $(DEV) ## Generate the reference pages and the CRD from the code
	@$(BIN)/python -m tools.generated

.PHONY: crds
crds: docs ## The same: the CRD is generated with the reference pages

.PHONY: golden
golden: $(DEV) ## Write the golden files of what each example consists of in a cluster
	@$(BIN)/python -m tests.unit.winepipeline_operator.children.golden
	@$(BIN)/python -m tests.unit.winepipeline_operator.dead_letter_replay.golden

.PHONY: format
format: $(DEV) ## Format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix --quiet .

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url --no-emit-find-links
IMAGES := $(patsubst requirements/images/%.in,%,$(filter-out %/build.in,$(wildcard requirements/images/*.in)))
OWN_PACKAGES := $(addprefix winepipeline-,$(notdir $(wildcard services/*)) operator local)
# The connector asks Amazon's SDK only whether it runs on Amazon's machines, and does without; 35 MB and a second's start.
LEFT_OUT := boto3 botocore s3transfer jmespath
.PHONY: lock
lock: $(DEV) ## Resolve requirements/*.in to the locked requirements/*.txt (LOCK_ARGS=--upgrade for newer ones)
	$(LOCK) $(LOCK_ARGS) requirements/uv.in -o requirements/uv.txt
	for kind in runtime dev; do $(LOCK) $(LOCK_ARGS) $(addprefix --no-emit-package ,$(LEFT_OUT)) \
	  requirements/$$kind.in -o requirements/$$kind.txt; done
	for image in $(IMAGES) build; do $(LOCK) $(addprefix --no-emit-package ,$(OWN_PACKAGES) $(LEFT_OUT)) \
	  requirements/images/$$image.in -o requirements/images/$$image.txt; done

.PHONY: clean
clean: ## Remove what runs and checks have left behind, .winepipeline among it; .venv stays
	rm -rf .winepipeline .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
