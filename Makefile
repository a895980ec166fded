# SPDX-License-Identifier: Apache-2.0
# The front door. Each target works from a new clone; a line that begins with a target and ends in "##" is its help.

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=

# The standard library is linked statically: 8.6 MiB resident and 4.4 ms to the first line, against 11.4 MiB and 5.8 ms.
RELEASE := -c release --static-swift-stdlib --disable-local-rpath
BINARIES := stampd stampctl turnkey-sandbox

# stampd goes to bin, not to sbin: a user runs a frame of their own too, and sbin is not in every user's PATH.
BIN := $(DESTDIR)$(PREFIX)/bin
SHARE := $(DESTDIR)$(PREFIX)/share

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: deps ## shows the whole of it on real parts: sandbox, frame, passkey, session, stamps, expiry
	$(SWIFT) build
	"$$($(SWIFT) build --show-bin-path)/turnkey-demo"

.PHONY: test
test: deps lint .venv/installed ## format, build, and every test (the Python proofs among them)
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --skip EndToEndTests
	$(SWIFT) test --skip-build --filter EndToEndTests

.PHONY: build
build: deps ## the release build, in .build/release
	$(SWIFT) build $(RELEASE)

.PHONY: bench
bench: deps ## measures stampd beside a floor in C, raw libcrypto and ssh-agent
	$(SWIFT) build $(RELEASE) --product stampd
	python3 Benchmarks/bench.py

.PHONY: lint
lint: ## the format of the Swift code, strictly
	$(SWIFT) format lint --strict --parallel --configuration .swift-format --recursive Sources Tests Package.swift

.PHONY: install
install: ## puts what "make build" built under DESTDIR and PREFIX (/usr/local)
	@test -x .build/release/stampd || { echo "make install: nothing is built; run make build first" >&2; exit 1; }
	install -d $(BIN)
	install --strip --mode 0755 $(BINARIES:%=.build/release/%) $(BIN)
	install -d $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	$(BIN)/stampctl --generate-completion-script bash > $(SHARE)/bash-completion/completions/stampctl
	$(BIN)/stampctl --generate-completion-script zsh > $(SHARE)/zsh/site-functions/_stampctl
	$(BIN)/stampctl --generate-completion-script fish > $(SHARE)/fish/vendor_completions.d/stampctl.fish

.PHONY: deps
deps: ## installs the Debian packages that are missing, if any (with sudo where needed)
	@SWIFT='$(SWIFT)' scripts/install-missing-packages

.PHONY: clean
clean: ## removes what was built
	$(SWIFT) package clean
	rm -rf .venv

.venv/installed: examples/python/requirements.txt | deps
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --requirement examples/python/requirements.txt
	touch $@
