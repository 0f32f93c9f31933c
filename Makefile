# `make` lists the targets. Every target that needs nats-server, Postgres or a cargo command provides it first.
.POSIX:
.DEFAULT_GOAL := help
.PHONY: help run demo test faults fuzz strangers bench check fmt openapi clean-data tools build

# An eval of a command substitution alone would hide the failure of the command.
PROVIDE = provided=$$(scripts/provide env) && eval "$$provided"
PROVIDE_TEST = provided=$$(scripts/provide test env) && eval "$$provided"

# Programs are chosen by --bin and never by --package: cargo then unites the features of the whole workspace, so that no
# library is compiled twice in one profile. There are no examples; --examples unites the features of the tests, too.
# testing/workspace-rules/tests/it/builds.rs reads these commands and compares what they build.

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: build ## build Rookery and run all of it on http://127.0.0.1:8080 (ROOKERY_LISTEN, ROOKERY_DATA_DIR)
	@$(PROVIDE) && exec target/local/rookery up

demo: build ## fill a running Rookery with the sample, and show what to try next
	@$(PROVIDE) && exec target/local/rookery demo

test: ## run every test against real servers
	@$(PROVIDE_TEST) && exec scripts/run-tests

faults: ## break the system under load, then plant bugs and see them found (ARGS="--list", or names and --seed)
	@echo "Building the services with their crash points and planted bugs."
	@$(PROVIDE_TEST) && cargo build --all-features --examples --bin dispatcher --bin faulty-dispatcher --bin reducers \
		--bin query-api --bin relay --bin rookery --bin faults --bin faults-job && exec target/debug/faults $(ARGS)

fuzz: ## feed the parsers with mutated input (ARGS="--seconds 60 cursor query")
	@cargo build --all-features --examples --bin fuzz && exec target/debug/fuzz $(ARGS)

strangers: ## let public tools loose on the documents and on a running system (ARGS="lint", or run and its options)
	@$(PROVIDE) && cargo build --quiet --all-features --examples --bin rookery && exec scripts/strangers $(ARGS)

bench: ## run the benchmarks (ARGS="--help" for more)
	@echo "Building the benchmarks in release mode; the first time takes some minutes."
	@$(PROVIDE) && exec cargo run --release --bin bench -- $(ARGS)

check: ## formatting, lints, dependencies, documentation: all that CI checks besides the tests
	@cargo fmt --version >/dev/null 2>&1 || { echo "rustfmt is missing: rustup component add rustfmt"; exit 1; }
	@cargo clippy --version >/dev/null 2>&1 || { echo "clippy is missing: rustup component add clippy"; exit 1; }
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --all-features -- -D warnings
	@$(PROVIDE_TEST) && echo "cargo deny check bans licenses sources" && cargo deny check bans licenses sources
	@$(PROVIDE_TEST) && echo "scripts/advisories" && scripts/advisories
	@$(PROVIDE_TEST) && echo "cargo shear --locked" && cargo shear --locked
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

fmt: ## format all code
	cargo fmt --all

openapi: ## write docs/openapi.json anew from the code
	@cargo build --quiet --all-features --examples --bin rookery
	@target/debug/rookery openapi >docs/openapi.json.new && mv docs/openapi.json.new docs/openapi.json

clean-data: ## delete all data of the local Rookery (ROOKERY_DATA_DIR, default .rookery)
	@scripts/clean-data

tools: ## provide nats-server, Postgres and the commands of cargo that tests and checks need, and say where they are
	@scripts/provide test env

build:
	@scripts/provide
	@[ -x target/local/rookery ] || echo "Building Rookery; the first time takes some minutes."
	@cargo build --profile local --bin rookery
