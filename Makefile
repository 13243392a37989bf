# SPDX-License-Identifier: Apache-2.0
# Qiao's one Makefile. `make help` lists what it can do.
#
# Release output stands in build/, other modes in build/MODE/ (MODE = asan, ubsan,
# tsan, cover, clang, fuzz).
# Everything but the two main.c goes into libqiao.a, which the programs and the tests link.

MODE    ?= release
OUT     := $(if $(filter release,$(MODE)),build,build/$(MODE))
CC      ?= gcc
PREFIX  ?= /usr/local
PYTHON  ?= python3

PACKAGES := libc6-dev pkg-config zlib1g-dev libdeflate-dev libstemmer-dev libutf8proc-dev \
            libjson-c-dev libxxhash-dev libmd4c-dev libarchive-dev libedit-dev libcriterion-dev \
            libicu-dev unicode-data python3 tmux less
TOOLS    := clang clang-format libclang-rt-14-dev

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Wformat=2 -Wundef -Wpointer-arith -Werror
# -ffp-contract=off: a score is one fixed expression, whatever the compiler could fuse.
BASE     := -std=c11 -D_GNU_SOURCE -I. -g -pthread -ffp-contract=off -fno-math-errno
FLAGS_release := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
FLAGS_clang   := -O2
FLAGS_asan    := -O1 -DQIAO_SLOW_BUILD -fsanitize=address -fno-omit-frame-pointer
FLAGS_ubsan   := -O1 -DQIAO_SLOW_BUILD -fsanitize=undefined -fno-sanitize-recover=all
FLAGS_tsan    := -O1 -DQIAO_SLOW_BUILD -fsanitize=thread
FLAGS_cover   := -O0 -DQIAO_SLOW_BUILD --coverage
FLAGS_fuzz    := -O2 -DQIAO_FUZZING -fsanitize=fuzzer-no-link,address,undefined \
                 -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS   ?=
Q        := $(if $(V),,@)# V=1 shows every command
ALL_CFLAGS = $(BASE) $(WARNINGS) $(FLAGS_$(MODE)) $(CFLAGS)
LINK     = $(CC) $(FLAGS_$(MODE)) $(CFLAGS) -pthread $(if $(filter release,$(MODE)),-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now)
comma    := ,

# Recursive on purpose: pkg-config is first asked after `make deps` has installed it.
PC_CFLAGS = $(shell pkg-config --cflags libdeflate libutf8proc json-c libxxhash libedit)
LIBS_INDEXER  = $(shell pkg-config --libs zlib libdeflate libutf8proc json-c md4c libarchive) -lstemmer -lm
LIBS_SEARCHER = $(shell pkg-config --libs zlib libdeflate libutf8proc json-c libedit) -lstemmer -lm
LIBS_TESTS    = $(LIBS_INDEXER) $(shell pkg-config --libs libedit criterion icu-uc)

LIB_SRC  := $(filter-out indexer/main.c searcher/main.c,$(wildcard common/*/*.c indexer/*.c \
            indexer/*/*.c searcher/*.c searcher/*/*.c))
GENERATE_SRC := $(wildcard bench/generate/*.c)# linked by the benchmark and by its test
TEST_SRC := $(sort $(wildcard tests/*/test_*.c tests/support/*.c tests/zoo/*.c tests/fuzz/*.c)) \
            $(GENERATE_SRC)
# What a fuzz target is linked with: neither Criterion nor what needs it.
FUZZERS  := $(basename $(notdir $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_SRC := $(filter-out tests/fuzz/test_% tests/fuzz/fuzz_%,$(wildcard tests/fuzz/*.c)) \
            $(addprefix tests/support/,forge.c must.c read_everything.c toy_index.c)
BENCH    := $(patsubst bench/%.c,$(OUT)/%,$(wildcard bench/*.c))
PLAIN    := $(OUT)/race/build_race $(OUT)/large/make_corpus# without Criterion
objects   = $(patsubst %.c,$(OUT)/obj/%.o,$(1))
LIB      := $(OUT)/libqiao.a

.PHONY: help all demo deps deps-tools test check-deps test-corpus test-exact test-large asan ubsan tsan clang fuzz \
        fuzz-run cover format format-check bench install clean
.DEFAULT_GOAL := all
all: $(OUT)/indexer $(OUT)/searcher ## build the two programs (default)

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

deps: ## install what Debian lacks (apt, with sudo if not root, only what is missing)
	@missing=$$(for p in $(PACKAGES); do \
	    dpkg-query -W -f '$${db:Status-Status}\n' $$p 2>/dev/null | grep -qx installed || echo $$p; done); \
	[ -z "$$missing" ] || sh tests/support/install-packages $$missing

deps-tools: ## install what only maintainers need: clang, clang-format
	@sh tests/support/install-packages $(TOOLS)

# Kernels in variants (common/base/cpu.h): what each may use, on machines that have such a thing.
ifneq ($(findstring x86_64,$(shell $(CC) -dumpmachine)),)
TARGET_avx2   := -O3 -mavx2 -mbmi -mbmi2 -mlzcnt -mpopcnt
TARGET_avx512 := $(TARGET_avx2) -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512cd -mavx512vbmi \
                 -mavx512vbmi2 -mavx512vpopcntdq
$(OUT)/obj/%_avx2.o: TARGET := $(TARGET_avx2)
$(OUT)/obj/%_avx512.o: TARGET := $(TARGET_avx512)
endif

$(OUT)/obj/%.o: %.c | deps
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$(Q)$(CC) $(ALL_CFLAGS) $(TARGET) $(PC_CFLAGS) -MMD -MP -c $< -o $@

$(LIB): $(call objects,$(LIB_SRC))
	@echo '  AR   $@'
	@rm -f $@
	$(Q)ar rcs $@ $^

$(OUT)/indexer: $(call objects,indexer/main.c) $(LIB)
	@echo '  LINK $@'
	$(Q)$(LINK) $^ $(LIBS_INDEXER) -o $@

$(OUT)/searcher: $(call objects,searcher/main.c) $(LIB)
	@echo '  LINK $@'
	$(Q)$(LINK) $^ $(LIBS_SEARCHER) -o $@

$(OUT)/tests: $(call objects,$(TEST_SRC)) $(LIB)
	@echo '  LINK $@'
	$(Q)$(LINK) $^ $(LIBS_TESTS) -o $@

$(PLAIN): $(OUT)/%: $(OUT)/obj/tests/%.o $(OUT)/obj/tests/support/made_corpus.o $(LIB)
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$(Q)$(LINK) $^ $(LIBS_INDEXER) -o $@

# The worst queries and passages, their work counted (tests/work): those files once more, with a call
# of the counter in every block; what they need besides comes from the library.
COUNTED := $(patsubst %.c,$(OUT)/counted/%.o,$(wildcard searcher/query/*.c searcher/show/snippet*.c \
           searcher/rank/phrase_match.c searcher/rank/near_match.c common/text/*.c common/base/utf8.c))
$(OUT)/counted/%.o: %.c | deps
	@mkdir -p $(@D)
	@echo '  CC   $< (counted)'
	$(Q)$(CC) $(ALL_CFLAGS) $(TARGET) $(PC_CFLAGS) -fsanitize-coverage=trace-pc -MMD -MP -c $< -o $@

$(OUT)/counted/%_avx2.o: TARGET := $(TARGET_avx2)
$(OUT)/counted/%_avx512.o: TARGET := $(TARGET_avx512)

$(OUT)/count_work: $(OUT)/obj/tests/work/count_work.o $(COUNTED) $(LIB)
	@echo '  LINK $@'
	$(Q)$(LINK) $^ $(LIBS_SEARCHER) -o $@

$(BENCH): $(OUT)/%: $(OUT)/obj/bench/%.o $(LIB)
	@echo '  LINK $@'
	$(Q)$(LINK) $(filter %.o,$^) $(LIB) $(LIBS_INDEXER) -o $@

$(OUT)/generate: $(call objects,$(GENERATE_SRC))
$(addprefix $(OUT)/,query_speed plan_check heaps lookup): $(call objects,$(wildcard bench/queries/*.c))

$(OUT)/codecs: $(call objects,bench/codecs/codes.c)
$(OUT)/scoring: $(call objects,bench/scoring/ways_avx512.c)

# For build/plan_check: the library with its ranking changed; all objects made with CFLAGS=-fPIC.
$(OUT)/libqiao.so: $(LIB)
	$(Q)$(CC) -shared -Wl,-Bsymbolic -Wl,--whole-archive $< -Wl,--no-whole-archive \
	    $(LIBS_INDEXER) $(LIBS_SEARCHER) -o $@

$(OUT)/exhaustive.so $(OUT)/same.so: $(LIB) bench/ablations.py
	$(Q)$(PYTHON) bench/ablations.py --library $@ $(basename $(@F))

$(addprefix $(OUT)/,$(FUZZERS)): $(OUT)/%: $(OUT)/obj/tests/fuzz/%.o $(call objects,$(FUZZ_SRC)) $(LIB)
	@echo '  LINK $@'
	$(Q)$(LINK) -fsanitize=fuzzer -Wl,--wrap=read_whole $^ $(LIBS_INDEXER) -o $@

demo: all ## index the sample articles, answer sample queries, say what to type next
	@sh docs/sample/demo $(OUT)

# The seed of random tests stands in the command that is printed, so that no crash loses it.
QIAO_SEED ?= $(shell date +%s)
# Criterion passes a test whose leak LeakSanitizer printed, so a report file fails the run.
test: all $(OUT)/tests $(OUT)/count_work check-deps ## build and pass every test (filter with TESTS='suite/name*')
	@rm -f $(OUT)/sanitizer.*
	LSAN_OPTIONS=suppressions=$(CURDIR)/tests/support/leaks.supp:print_suppressions=0 ASAN_OPTIONS=log_path=$(CURDIR)/$(OUT)/sanitizer UBSAN_OPTIONS=log_path=$(CURDIR)/$(OUT)/sanitizer:print_stacktrace=1 \
	    QIAO_SEED=$(QIAO_SEED) QIAO_BIN=$(CURDIR)/$(OUT) $(OUT)/tests $(if $(TESTS),--filter '$(TESTS)')
	@for report in $(OUT)/sanitizer.*; do [ ! -e "$$report" ] || { cat "$$report"; exit 1; }; done

check-deps: deps ## the includes go one way (docs/ARCHITECTURE.md)
	@$(PYTHON) tests/support/check_deps.py

asan: ## the test suite under AddressSanitizer and LeakSanitizer
	$(MAKE) MODE=asan test

ubsan: ## the test suite under UndefinedBehaviorSanitizer
	$(MAKE) MODE=ubsan test

tsan: ## builds on several threads under ThreadSanitizer
	$(MAKE) MODE=tsan build/tsan/race/build_race
	@rm -rf build/tsan/work build/tsan/report.*
	@TSAN_OPTIONS=log_path=$(CURDIR)/build/tsan/report build/tsan/race/build_race build/tsan/work \
	    2>build/tsan/messages || { tail -n 1 build/tsan/messages; cat build/tsan/report.*; exit 1; }
	@rm -rf build/tsan/work

test-exact: $(OUT)/tests ## 100,000 random queries on 200 random indexes, and 50,000 trees
	QIAO_PLANS=100000 QIAO_BIN=$(CURDIR)/$(OUT) $(OUT)/tests --filter 'plans/*'
	QIAO_EXACT_TREES=50000 QIAO_BIN=$(CURDIR)/$(OUT) $(OUT)/tests --filter 'exact/trees'

test-large: all $(OUT)/large/make_corpus ## large inputs by all threads and memories: same bytes
	sh tests/large/same_bytes.sh $(OUT) $(OUT)/large/work
	sh tests/large/hard_builds.sh $(OUT) $(OUT)/large/work

clang: ## build everything with clang, warnings as errors
	$(MAKE) MODE=clang CC=clang all build/clang/tests

fuzz: ## build the fuzz targets of tests/fuzz (clang)
	$(MAKE) MODE=fuzz CC=clang $(addprefix build/fuzz/,$(FUZZERS))

fuzz-run: fuzz ## run one: FUZZ=json RUNS=10000000
	@sh tests/fuzz/run $(FUZZ) $(RUNS)

QIAO_DATA ?= ../shared
test-corpus: all ## build gigabytes and compare every document with what Python reads: FULL=big.jsonl
	@[ -f "$(FULL)" ] || { echo 'make test-corpus FULL=FILE.jsonl (any large file of id, title, text)'; exit 2; }
	@mkdir -p $(OUT)/whole
	$(PYTHON) tests/oracle/whole_corpus.py $(OUT) $(OUT)/whole $(FULL) \
	    $(wildcard $(QIAO_DATA)/collections/cacm/cacm-html.tar.gz $(QIAO_DATA)/seeds) docs/sample/articles

cover: ## the test suite with line coverage, printed by folder
	$(MAKE) MODE=cover test
	@$(PYTHON) tests/support/coverage.py build/cover

include bench/peers/peers.mk

bench: $(BENCH) ## build the benchmarks of bench/

format: ## rewrite the sources as .clang-format says
	git ls-files '*.c' '*.h' | grep -v unicode_tables | xargs clang-format -i

format-check: ## fail if a source is not formatted
	git ls-files '*.c' '*.h' | grep -v unicode_tables | xargs clang-format --dry-run -Werror

install: all ## copy the programs to DESTDIR PREFIX/bin
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(OUT)/indexer $(OUT)/searcher $(DESTDIR)$(PREFIX)/bin

clean: ## remove all that was built
	rm -rf build

-include $(patsubst %.o,%.d,$(call objects,$(LIB_SRC) $(TEST_SRC) indexer/main.c searcher/main.c \
    $(wildcard bench/*.c bench/*/*.c tests/race/*.c tests/large/*.c tests/work/*.c)) $(COUNTED))
