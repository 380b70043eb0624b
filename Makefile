# Switchkeep: `make run` starts it, `make test` proves it. See scripts/DEVELOP.md.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export GOTOOLCHAIN := local
export GOFLAGS := -buildvcs=false

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILT ?= $(shell git log -1 --format=%cI 2>/dev/null)
LDFLAGS := -X main.version=$(VERSION) -X main.built=$(BUILT)
TOOL := go tool -modfile=scripts/tools/go.mod
DATA ?= data

.PHONY: help run build ui test test-go test-ui test-e2e lint generate show bench fuzz bootstrap clean

help: ## list the targets
	@grep -hE '^[a-zA-Z0-9_-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

run: build ## build everything and start the appliance without root, data in ./data
	./bin/switchkeep --data $(DATA) run $(ARGS)

build: ui bin ## build the web application and the binaries
bin: FORCE
	go build -ldflags "$(LDFLAGS)" -o bin/switchkeep ./cmd/switchkeep
	CGO_ENABLED=0 go build -ldflags "$(LDFLAGS) -s -w" -o bin/switchkeep-connector ./cmd/connector

ui: ui/dist/.built ## build the web application into ui/dist
ui/node_modules/.installed: ui/package-lock.json
	@scripts/bootstrap node
	cd ui && npm ci --no-audit --no-fund && touch node_modules/.installed
ui/dist/.built: ui/node_modules/.installed $(shell find ui/src ui/public ui/index.html ui/vite.config.ts -type f 2>/dev/null)
	cd ui && npm run build && touch dist/.built

test: bootstrap ## everything that must pass
	$(MAKE) test-ui
	$(MAKE) test-go
	$(MAKE) test-e2e

test-go: ui ## vet and Go tests with the race detector
	go vet ./...
	go test -race -shuffle=on -timeout 20m ./...

test-ui: ui/node_modules/.installed ## type check and unit tests of the web application
	cd ui && npm run --silent api:check && npm run typecheck && npm test

test-e2e: build ## browser walk against the real binary
	scripts/e2e

lint: ui/node_modules/.installed ## linters, vet for Windows and 32 bits, generated files
	$(TOOL) golangci-lint run --config scripts/golangci.yml ./...
	GOOS=windows go vet ./...
	GOARCH=386 go vet ./...
	cd ui && npm run lint
	$(MAKE) generate
	git diff --exit-code && test -z "$$(git status --porcelain)"

generate: ui/node_modules/.installed ## regenerate row codecs, the OpenAPI document and the typed client
	go generate ./...
	go run ./scripts/openapi > ui/src/api/openapi.json
	cd ui && npm run --silent api:types

fuzz: ## run every fuzz target for 30 seconds
	scripts/fuzz 30s

bench: ## print ratios beside peers
	go run ./scripts/bench all

SHOWS := 1 2 3 4 5 6 7 8 9
show: $(addprefix show-A1-,$(SHOWS)) ## run every line of the must-show lists
show-A1-%: FORCE
	@scripts/show/A1-$*

bootstrap:
	@scripts/bootstrap all

clean: ## remove what the build made
	rm -rf bin ui/dist/assets ui/dist/.built ui/node_modules

FORCE:
