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

.PHONY: help build layouts pgo bench bench-full bench-go bench-c readers report report-published test contenders fmt vet staticcheck unit portable checked scripted race smoke test-long test-arm64 fuzz torture torture-short torture-crowded mutants aa known known-ab

help:
	@echo "make bench       compare all mechanisms on this machine: 4 minutes on 2 cores"
	@echo "make bench-full  the same for publication: more sizes, sections, latency and every scenario: about an hour"
	@echo "make bench-go    Go's own maps beside ours: sync.Map, xsync, haxmap, maps under locks: 5 minutes"
	@echo "make bench-c     liburcu, Concurrency Kit and C twins beside ours: 5 minutes"
	@echo "make readers     every reader's loop against C's over the same memory, with instructions: 8 minutes"
	@echo "make report      a page with plots of the newest results, or of RESULTS='FILE...'"
	@echo "make test        everything that a change must pass: 5 minutes"
	@echo "make test-long   1,000 linearizable histories of each mechanism: about 3 minutes"
	@echo "make torture     stress every backend and library for a minute each: about half an hour"
	@echo "make mutants     break each rule on purpose and show which check notices: about 15 minutes"
	@echo "make aa          compare each backend with itself: how often are intervals wrong? 4 minutes"
	@echo "make known       look for differences that are known: which are seen? 5 minutes"
	@echo "make known-ab    slow one mechanism down by 5 %: does compare name it, and nothing else? 5 minutes"
	@echo "make test-arm64  the tests for arm64, in qemu's emulation of it"
	@echo "make fuzz        every fuzz target for FUZZTIME=10s"
	@echo "make build       $(BIN): see $(BIN) help"
	@echo "make layouts     the same code linked in $(words $(LAYOUTS)) other orders: bin/layouts/readmostly-1 and so on"
	@echo "make pgo         the profile that these are built with, from a new run: a minute"

# The go command finds the profile beside the main function by itself. Whoever
# builds another command that measures names it.
PROFILE := cmd/readmostly/default.pgo

# What is checked and not measured is compiled without a profile: the go command
# would compile every package once more for each main package that has one.
UNPROFILED := -pgo=off

build:
	@mkdir -p $(dir $(BIN))
	@go build -ldflags '-X main.commit=$(COMMIT)' -o $(BIN) ./cmd/readmostly

# Where the linker puts a loop can change its time by some percent, so a figure
# from one binary is that of one layout. Only the link differs, and the go command
# links what has changed.
LAYOUTS := 1 2 3 4 5 6 7 8

layouts:
	@mkdir -p bin/layouts
	@for n in $(LAYOUTS); do \
		go build -ldflags "-X main.commit=$(COMMIT) -randlayout=$$n" -o bin/layouts/readmostly-$$n ./cmd/readmostly || exit 1; \
	done

# Only what the backends' loops call is kept. The profile names no path of the
# machine that it is from: -trimpath takes those of the sources away, and the
# command lies in a temporary folder.
pgo:
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	go build -trimpath -o "$$dir/readmostly" ./cmd/readmostly && \
	"$$dir/readmostly" bench --section 1,16 --budget 30s --cpuprofile "$$dir" >"$$dir/bench.txt" && \
	go tool pprof -proto -focus '^readmostly/impls/builtin' "$$dir"/*.pprof >"$$dir/merged" && \
	cp "$$dir/merged" $(PROFILE)

# The file is named once, or a run of several minutes would change its name.
bench: build layouts
	@mkdir -p $(SAVED)
	@file=$(RESULTS); $(BIN) bench --layouts 'bin/layouts/readmostly-*' -o $$file && echo "results: $$file; $(BIN) table shows everything in it, make report makes a page of it"

# Each part has a file of its own: lists, hashes up to a size beyond most caches, the
# sweep of lookups per section, readers and updaters apart, the scenarios that are
# about reclamation, lookups that wait for each other beside those that don't, and times
# of single operations (idle, beside updates and beside a reader that stays).
FULL := $(BIN) bench --layouts 'bin/layouts/readmostly-*'

bench-full: build layouts
	@mkdir -p $(SAVED)
	@now=$(SAVED)/$@-$(NOW); set -e; \
	$(FULL) --structure list --size 16,128,1k --budget 8m -o $$now-list.txt; \
	$(FULL) --structure hash --size 1k,64k,1M --budget 20m -o $$now-hash.txt; \
	$(FULL) --section 1,16,64 --structure hash --size 1k --budget 6m -o $$now-section.txt; \
	$(FULL) --scenario apart --budget 3m -o $$now-apart.txt; \
	for scenario in flood stall teardown; do $(FULL) --scenario $$scenario --reclaim all -o $$now-$$scenario.txt; done; \
	$(FULL) --chained --structure list --size 16 --updates 0% --threads 1 --budget 1m -o $$now-chained-list.txt; \
	$(FULL) --chained --structure hash --size 1k,64k,1M --updates 0% --threads 1 --budget 8m -o $$now-chained-hash.txt; \
	$(FULL) --latency --structure hash --updates 0%,10% --budget 2m -o $$now-latency.txt; \
	$(FULL) --latency --scenario stall --duration 500ms --budget 1m -o $$now-latency-stall.txt; \
	echo "results: $$now-*.txt; $(BIN) table shows everything in them"

# Contenders are modules of their own, with commands of their own that have the
# built-in backends too: what they need is not needed here.
CONTENDER = cd contenders/$(1) && go build -pgo=../../$(PROFILE) -ldflags "-X main.commit=$(COMMIT) $(2)" -o ../../bin/$(1)/$(3) $(or $(4),.)

bench-go:
	@mkdir -p $(SAVED) bin/go
	@$(call CONTENDER,go,,readmostly-go)
	@for n in $(LAYOUTS); do ($(call CONTENDER,go,-randlayout=$$n,layout-$$n)) || exit 1; done
	@file=$(RESULTS); bin/go/readmostly-go bench --layouts 'bin/go/layout-*' --impl 'unsync,rcu-classic,gc,rwlock-bucket,go-*' \
		--structure hash --size 1k,64k --budget 4m -o $$file && echo "results: $$file; $(BIN) table shows everything in it"

# What contenders/c needs, and what to say where it is missing.
HAVE_C = $$(go env CC) -include urcu/urcu-memb.h -include urcu/rculfhash.h -include ck_epoch.h -E -x c /dev/null >/dev/null 2>&1
NEED_C = contenders/c needs a C compiler, liburcu and Concurrency Kit: install Debian's gcc, liburcu-dev and libck-dev

bench-c:
	@if ! $(HAVE_C); then echo "make bench-c: $(NEED_C)" >&2; exit 1; fi
	@mkdir -p $(SAVED) bin/c
	@$(call CONTENDER,c,,readmostly-c)
	@for n in $(LAYOUTS); do ($(call CONTENDER,c,-randlayout=$$n,layout-$$n)) || exit 1; done
	@file=$(RESULTS); bin/c/readmostly-c bench --layouts 'bin/c/layout-*' \
		--impl 'unsync,lockless,rcu-classic,rcu-qsbr,seqlock,hazard,rwlock,c-*' --baseline c-raw \
		--size 16,1k --budget 4m -o $$file && echo "results: $$file; $(BIN) table shows everything in it"

# Each reader's loop and the raw one in C read the same elements in one process.
readers:
	@if ! $(HAVE_C); then echo "make readers: $(NEED_C)" >&2; exit 1; fi
	@mkdir -p $(SAVED) bin/c
	@for n in $(LAYOUTS); do ($(call CONTENDER,c,-randlayout=$$n,readers-$$n,./readers)) || exit 1; done
	@file=$(RESULTS); bin/c/readers-1 -layouts 'bin/c/readers-*' -o $$file && echo "results: $$file; $(BIN) table shows everything in it"

# The page lies beside the file that it is of, the first of them. Without RESULTS it is
# of the newest file that a bench has left. A command that has the backends knows their
# mechanisms.
REPORTED = $(if $(filter file,$(origin RESULTS)),$(shell ls -t $(SAVED)/*.txt 2>/dev/null | head -n 1),$(RESULTS))

report: build
	@set -- $(REPORTED); if [ $$# = 0 ]; then echo "make report: no results in $(SAVED): make bench first, or name files: RESULTS='FILE...'" >&2; exit 1; fi; \
	case "$$1" in */bench-go-*) by=bin/go/readmostly-go;; */bench-c-*) by=bin/c/readmostly-c;; *) by=$(BIN);; esac; [ -x $$by ] || by=$(BIN); \
	page=$${1%.txt}.html && $$by report "$$@" -o "$$page" && echo "report: $$page"

# One page for all results of a machine: NAME.txt and NAME-full-*.txt.
PUBLISHED := results/published

report-published: build
	@set -e; for file in $$(ls $(PUBLISHED)/*.txt | grep -v -e -full-); do \
		name=$${file%.txt}; $(BIN) report $$file $$(ls $$name-full-*.txt 2>/dev/null) -o $$name.html; echo "report: $$name.html"; done

test: fmt vet staticcheck unit portable checked scripted contenders race smoke torture-short torture-crowded
	@echo "all tests passed"

fmt:
	@echo "gofmt"
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi

# The platforms that internal/platform lets through, each processor once and each
# system once; where the code differs the tests are compiled too (go vet does
# that). The libraries are for all others as well. What the comparison says on
# those is looked for, as a package that forgets to ask fails with other words.
VETTED      := linux/arm64 darwin/arm64 windows/amd64
COMPILED    := linux/riscv64 linux/ppc64le linux/s390x linux/loong64 linux/mips64le freebsd/amd64 netbsd/amd64 openbsd/amd64 dragonfly/amd64
UNSUPPORTED := linux/386 linux/arm windows/386 solaris/amd64 aix/ppc64 plan9/amd64 js/wasm android/arm64
LIBRARIES   := ./rcu ./hazard ./seqlock ./rwlock ./refcount ./internal/mem
FOR          = CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p\#*/}

vet:
	@echo "go vet"
	@go vet $(UNPROFILED) ./...
	@go build $(UNPROFILED) -o bin/rcuvet ./rcu/rcuvet
	@go vet $(UNPROFILED) -vettool=bin/rcuvet ./...
	@go vet $(UNPROFILED) -tags mutants ./mutants
	@go vet $(UNPROFILED) -tags nolinux ./...
	@set -e; for p in $(VETTED); do echo "go vet for $$p"; $(FOR) go vet $(UNPROFILED) ./...; done
	@set -e; for p in $(COMPILED); do echo "go build for $$p"; $(FOR) go build $(UNPROFILED) ./...; done
	@set -e; for p in $(UNSUPPORTED); do echo "go build for $$p: the libraries"; \
		$(FOR) go build $(LIBRARIES); \
		said=$$($(FOR) go build $(UNPROFILED) -o /dev/null ./cmd/readmostly 2>&1 | grep -v '^\(#\|go: downloading\) ') || true; \
		if [ "$$(echo "$$said" | wc -l)" != 1 ] || ! [[ "$$said" == *"readmostly compares on 64-bit"* ]]; then \
			echo "the command is not refused in one sentence: $$said"; exit 1; fi; done

staticcheck:
	@echo "staticcheck"
	@go tool staticcheck ./...
	@go tool staticcheck -tags mutants ./mutants

unit:
	@echo "go test"
	@go test $(UNPROFILED) ./...
	@go test $(UNPROFILED) -tags mutants -run TestEvery ./mutants

# The libraries on a 32-bit machine, which amd64 is too if its kernel lets it; and
# what other systems than Linux get, put in place here, whose memory checkptr (a
# part of go test -race) must accept.
portable:
	@case "$$(go env GOHOSTOS)/$$(go env GOHOSTARCH)" in linux/amd64) \
		echo "go test for linux/386"; GOARCH=386 CGO_ENABLED=0 go test -short $(LIBRARIES);; esac
	@echo "go test -tags nolinux, with checkptr"
	@go test $(UNPROFILED) -short -tags nolinux -gcflags=all=-d=checkptr $(LIBRARIES) ./impls/slab ./impls/chain ./internal/... ./cmd/readmostly

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

contenders:
	@echo "go test in contenders/go"
	@cd contenders/go && go vet ./... && go test -short ./...
	@if ! $(HAVE_C); then echo "go test in contenders/c: left out: $(NEED_C)"; exit 0; fi; \
	echo "go test in contenders/c"; \
	cd contenders/c && go vet ./... && go test -short ./...

# The race detector needs a C compiler, where nothing else does. It keeps each
# process that ends for a second more, which adds up in tests that start many.
race:
	@if [ -z "$$(command -v $$(go env CC))" ]; then echo "go test -race: left out, as there is no C compiler"; exit 0; fi; \
	echo "go test -race"; \
	GORACE=atexit_sleep_ms=0 go test $(UNPROFILED) -race ./...

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
	$(BIN) bench --size 16 --updates 0%,1% --window 1ms --forks 2 --quiet -o "$$dir/bench.txt" && \
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
	@GOOS=linux GOARCH=arm64 CGO_ENABLED=0 READMOSTLY_EMULATOR=$(EMULATOR) go test $(UNPROFILED) -short -exec "$(ONE_CORE) $(EMULATOR)" ./...

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
	@echo "torture, half a second each"
	@$(BIN) torture --duration 500ms --quiet

# Who spins while the one he waits for has no core starves both.
torture-crowded: build
	@echo "torture with four workers a core, a quarter of a second each"
	@$(BIN) torture --duration 250ms --quiet --threads $$((4 * $$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)))
	@if [ -z "$(CORE)" ]; then echo "torture on one core: left out, as there is no taskset"; exit 0; fi; \
	echo "torture on one core, a quarter of a second each"; \
	$(ONE_CORE) $(BIN) torture --duration 250ms --quiet

# The instrument, tested. What comes of it is part of the documentation of bench:
# make aa known DOC=1 writes it there.
aa known:
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	go build -pgo=$(PROFILE) -o "$$dir/$@" ./internal/instrument/$@ && \
	"$$dir/$@" $(if $(DOC),-doc bench/doc_$@.go)

# The example for CI, tested: it must fail on a slowdown, and on nothing else.
known-ab:
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	go build $(UNPROFILED) -o "$$dir/$@" ./internal/instrument/knownab && "$$dir/$@"

# One small diff at a time, in overlays: the tree itself is never changed.
mutants:
	@go test -tags mutants ./mutants -v -count 1 -timeout 60m
