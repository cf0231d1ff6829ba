# make bench compares every mechanism on this machine; make test checks a change.
# Both need Go and bash, and nothing else; with a C compiler make test runs the
# race detector too.

SHELL := /bin/bash

COMMIT := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
ifneq ($(COMMIT),)
COMMIT := $(COMMIT)$(shell git diff --quiet HEAD -- 2>/dev/null || echo -dirty)
endif

BIN     := bin/readmostly
SAVED   := results/local
NOW      = $(shell date +%Y-%m-%d-%H%M%S)
RESULTS ?= $(SAVED)/$@-$(NOW).txt

.PHONY: help build bench bench-full test fmt vet staticcheck unit checked scripted race smoke test-long test-arm64 fuzz torture torture-short torture-crowded mutants aa

help:
	@echo "make bench       compare all mechanisms on this machine: about 4 minutes on 2 cores"
	@echo "make bench-full  the same for publication: more sizes, longer windows, 10 of each: about an hour"
	@echo "make test        everything that a change must pass"
	@echo "make test-long   1,000 linearizable histories of each mechanism: about 3 minutes"
	@echo "make torture     stress every backend and library for a minute each: about half an hour"
	@echo "make mutants     break each rule on purpose and show which check notices: about 10 minutes"
	@echo "make aa          the same backend under two names, to see what this machine calls a difference"
	@echo "make test-arm64  the tests for arm64, in qemu's emulation of it"
	@echo "make fuzz        every fuzz target for FUZZTIME=10s"
	@echo "make build       $(BIN): see $(BIN) help"

build:
	@mkdir -p $(dir $(BIN))
	@go build -ldflags '-X main.commit=$(COMMIT)' -o $(BIN) ./cmd/readmostly

# The file is named once, or a run of several minutes would change its name.
bench: build
	@mkdir -p $(SAVED)
	@file=$(RESULTS); $(BIN) bench --size 16,1k --duration 50ms --warmup 10ms -o $$file && echo "results: $$file"

bench-full: build
	@mkdir -p $(SAVED)
	@file=$(RESULTS); $(BIN) bench --size 16,128,1k,16k,64k --duration 200ms --warmup 50ms --count 10 -o $$file && echo "results: $$file"

test: fmt vet staticcheck unit checked scripted race smoke torture-short torture-crowded
	@echo "all tests passed"

fmt:
	@echo "gofmt"
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi

# Other systems get fallbacks, which must at least compile.
vet:
	@echo "go vet"
	@go vet ./...
	@go vet -tags mutants ./mutants
	@echo "go vet for linux/arm64 and darwin/arm64"
	@GOOS=linux GOARCH=arm64 go vet ./...
	@GOOS=darwin GOARCH=arm64 go vet ./...

staticcheck:
	@echo "staticcheck"
	@go tool staticcheck ./...
	@go tool staticcheck -tags mutants ./mutants

unit:
	@echo "go test"
	@go test ./...
	@go test -tags mutants -run TestEvery ./mutants

# The mode of packages rcu and hazard that reports misuse.
checked:
	@echo "go test -tags rcudebug"
	@go vet -tags rcudebug ./rcu ./hazard ./impls/...
	@go test -tags rcudebug ./rcu ./hazard ./impls/chain

# Readers are disturbed at known places, which takes a hook where they come to an
# element.
scripted:
	@echo "go test -tags scripted"
	@go vet -tags scripted ./impls/slab ./impls/builtin
	@go test -tags scripted -run Scripted ./impls/builtin

# The race detector needs a C compiler, where nothing else does.
race:
	@if [ -z "$$(command -v $$(go env CC))" ]; then echo "go test -race: left out, as there is no C compiler"; exit 0; fi; \
	echo "go test -race"; \
	go test -race ./...

# What needs numbers to show anything. A history that fails is drawn in a page
# below $(SAVED).
test-long:
	@echo "histories"
	@mkdir -p $(SAVED)
	@go test ./impls/history -run TestBackends -history.count 1000 -history.strict -v -artifacts -outputdir $(CURDIR)/$(SAVED) -timeout 30m

# A short run of every backend that benchstat must read without a complaint.
smoke: build
	@echo "bench, read back by benchstat"
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	$(BIN) bench --size 16 --updates 0%,1% --duration 5ms --warmup 1ms --count 2 --quiet -o "$$dir/bench.txt" && \
	go tool benchstat -col /impl "$$dir/bench.txt" >"$$dir/stat.txt" 2>"$$dir/complaints.txt" && \
	if [ -s "$$dir/complaints.txt" ]; then cat "$$dir/complaints.txt"; exit 1; fi && \
	if ! grep -q sec/op "$$dir/stat.txt"; then echo "benchstat found no times in the results"; exit 1; fi

# The first processor that this process may use, and what keeps a command on it.
CORE     = $(shell taskset -cp $$$$ 2>/dev/null | sed 's/.*: //; s/[,-].*//')
ONE_CORE = $(if $(CORE),taskset -c $(CORE))

# What emulation can show: the code for arm64 with its fallbacks. The orderings are
# looked up in the machine code: in qemu (7.2, on amd64) a load-acquire passes a
# store-release, which no arm64 allows and sync/atomic counts on. On one core
# nobody can see that.
EMULATOR := $(firstword $(shell command -v qemu-aarch64-static qemu-aarch64 2>/dev/null))

test-arm64:
	@if [ -z "$(EMULATOR)" ]; then echo "make test-arm64 needs qemu-aarch64: install Debian's qemu-user or qemu-user-static" >&2; exit 1; fi
	@if [ -z "$(CORE)" ]; then echo "make test-arm64 needs taskset: install util-linux" >&2; exit 1; fi
	@echo "go test for linux/arm64 in $(EMULATOR)"
	@GOOS=linux GOARCH=arm64 CGO_ENABLED=0 READMOSTLY_EMULATOR=$(EMULATOR) go test -short -exec "$(ONE_CORE) $(EMULATOR)" ./...

FUZZTIME := 10s

fuzz:
	@set -e; for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u); do \
		for target in $$(go test -list '^Fuzz' $$dir | grep ^Fuzz); do \
			echo "$$dir $$target"; \
			out=$$(go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$dir 2>&1) || { echo "$$out"; exit 1; }; \
		done; done

# Every library and backend under stress, everything checked: see readmostly help torture.
torture: build
	@$(BIN) torture --duration 1m

torture-short: build
	@echo "torture, a second each"
	@$(BIN) torture --duration 1s --quiet

# Who spins while the one he waits for has no core starves both.
torture-crowded: build
	@echo "torture with four workers a core, half a second each"
	@$(BIN) torture --duration 500ms --quiet --threads $$((4 * $$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)))
	@if [ -z "$(CORE)" ]; then echo "torture on one core: left out, as there is no taskset"; exit 0; fi; \
	echo "torture on one core, half a second each"; \
	$(ONE_CORE) $(BIN) torture --duration 500ms --quiet

# The A/A test, to be read by a person on a quiet machine: each backend is
# measured under two names in one run, and benchstat should see no difference (~).
aa:
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	go run ./internal/aa bench --impl '*-a,*-b' --size 16,1k --updates 0%,10% --count 10 --quiet -o "$$dir/aa.txt" && \
	for impl in unsync rcu-classic rwlock; do \
		go tool benchstat -filter '.unit:ns/op' -col "/impl@($$impl-a $$impl-b)" "$$dir/aa.txt"; done

# One small diff at a time, in overlays: the tree itself is never changed.
mutants:
	@go test -tags mutants ./mutants -v -count 1 -timeout 60m
