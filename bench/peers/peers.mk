# SPDX-License-Identifier: Apache-2.0
# The part of the Makefile that bench/peers and bench/game are made with (bench/peers/README.md).
#
#     make bench-peers PEERS_TSV=passages.tsv [PEERS_QUERIES=folder] [PEERS="qiao lucene"] ...

PEERS_TSV         ?=
PEERS_QUERIES     ?= $(wildcard ../shared/queries)
PEERS             ?= qiao lucene tantivy fts5 xapian qiao-similar lucene-bp
PEERS_RUNS        ?= 5
PEERS_SEARCH_RUNS ?= 3
PEERS_RUNS_SLOW   ?= 1
PEERS_VARIANTS    ?= positions freqs stored threads2
PEERS_TESTS       ?=
PEERS_OUT         ?= build/peers/report
PEERS_FLAGS       ?=# more options of peers.py: --plain, --budget SECONDS, --slow-search NAMES

PEERS_DRIVERS = $(sort $(patsubst qiao-%,qiao,$(patsubst lucene-%,lucene,$(PEERS))))

.PHONY: figures deps-bench bench-peers peers-drivers build/peers/lucene build/peers/tantivy bench-game

deps-bench: deps ## install what the comparison with other engines needs
	@bench/peers/install

bench-peers: all deps-bench peers-drivers ## index and search with Qiao and its peers, one table (PEERS_TSV=)
	@[ -n '$(PEERS_TSV)' ] || { echo 'bench-peers: say PEERS_TSV=FILE (id<TAB>text a line)' >&2; exit 2; }
	@$(PYTHON) bench/peers/peers.py --drivers build/peers --tsv '$(PEERS_TSV)' \
	    $(if $(PEERS_QUERIES),--queries '$(PEERS_QUERIES)') --out '$(PEERS_OUT)' --peers '$(PEERS)' \
	    --runs $(PEERS_RUNS) --search-runs $(PEERS_SEARCH_RUNS) --runs-slow $(PEERS_RUNS_SLOW) \
	    --variants '$(PEERS_VARIANTS)' --tests '$(PEERS_TESTS)' $(PEERS_FLAGS)

# A driver that cannot be built is one engine less, named.
peers-drivers: build/peers/nosync.so
	@for driver in $(PEERS_DRIVERS); do \
	    $(MAKE) --no-print-directory build/peers/$$driver || \
	        { rm -f build/peers/$$driver; echo "skipped: $$driver: its driver was not built" >&2; }; \
	done

build/peers/nosync.so: bench/peers/nosync.c
	@mkdir -p $(@D)
	$(Q)$(CC) -O2 -shared -fPIC $(WARNINGS) -Wno-missing-prototypes $< -o $@

build/peers/qiao: build/obj/bench/peers/qiao.o build/obj/bench/peers/driver.o $(LIB)
	@mkdir -p $(@D)
	$(Q)$(LINK) $^ $(LIBS_SEARCHER) -o $@

build/peers/fts5: build/obj/bench/peers/fts5.o build/obj/bench/peers/driver.o
	@mkdir -p $(@D)
	$(Q)$(LINK) $^ -lsqlite3 -o $@

# Xapian is under the GPL: this driver alone links it, and is nowhere installed.
build/peers/xapian: bench/peers/xapian.cc bench/peers/driver.h build/obj/bench/peers/driver.o
	@mkdir -p $(@D)
	$(Q)$(CXX) -std=c++17 -D_GNU_SOURCE -I. -O2 -Wall -Wextra -Werror $$(pkg-config --cflags xapian-core) \
	    $< build/obj/bench/peers/driver.o $$(pkg-config --libs xapian-core) -o $@

build/peers/lucene:
	@bench/peers/lucene/build build/peers

build/peers/tantivy:
	@mkdir -p $(@D)
	$(Q)cd bench/peers/tantivy && RUSTFLAGS='-C target-cpu=native' \
	    CARGO_TARGET_DIR=$(CURDIR)/build/peers/tantivy.d cargo build --quiet --release --locked
	$(Q)install build/peers/tantivy.d/release/tantivy-driver $@

FIGURES_FROM ?=

figures: ## draw README.md's figures anew (gnuplot; FIGURES_FROM=report.json renews their record)
	$(if $(FIGURES_FROM),$(PYTHON) bench/peers/figure.py --record '$(FIGURES_FROM)' docs/figures/queries.tsv)
	$(PYTHON) bench/peers/figure.py docs/figures/queries.tsv docs/figures

build/game/do_query: build/obj/bench/game/do_query.o $(LIB)
	@mkdir -p $(@D)
	$(Q)$(LINK) $^ $(LIBS_SEARCHER) -o $@

GAME_QUERIES ?= $(wildcard ../shared/queries/search-benchmark-game-commands.tsv)

bench-game: all build/game/do_query ## the Search Benchmark Game's protocol (PEERS_TSV=; bench/game/README.md)
	@[ -n '$(PEERS_TSV)' ] || { echo 'bench-game: say PEERS_TSV=FILE (id<TAB>text a line)' >&2; exit 2; }
	@[ -n '$(GAME_QUERIES)' ] || { echo 'bench-game: say GAME_QUERIES=FILE' >&2; exit 2; }
	@$(PYTHON) bench/game/play.py --do-query build/game/do_query --tsv '$(PEERS_TSV)' \
	    --queries '$(GAME_QUERIES)' --index build/game/index --searcher build/searcher
