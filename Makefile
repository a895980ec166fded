# SPDX-License-Identifier: Apache-2.0
# The front door. Each target works from a new clone; a line that begins with a target and ends in "##" is its help.

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
# Where the system's units go: Debian 12's packages have a place of their own.
UNITS ?= $(PREFIX)/lib/systemd/system
# Where a release is built.
BUILD ?= .build
# Empty for a package, whose builder takes the debug symbols apart.
STRIP ?= --strip
# Where zsh looks for functions: Debian's packages have a place of their own.
ZSH ?= site-functions

# The standard library is linked statically: 8.6 MiB resident and 4.4 ms to the first line, against 11.4 MiB and 5.8 ms.
# No path of the machine that builds stays in what is built, and debug symbols find their program by its build id.
RELEASE := -c release --scratch-path $(BUILD) --static-swift-stdlib --disable-local-rpath \
	-Xcc -ffile-prefix-map=$(CURDIR)=. -Xswiftc -file-prefix-map -Xswiftc $(CURDIR)=. -Xlinker --build-id=sha1
BINARIES := stampd stampctl turnkey-sandbox
# What the demo runs, itself among them.
DEMO := stampd turnkey-sandbox turnkey-demo

# stampd goes to bin, not to sbin: a user runs a frame of their own too, and sbin is not in every user's PATH.
BIN := $(DESTDIR)$(PREFIX)/bin
LIB := $(DESTDIR)$(PREFIX)/lib
SHARE := $(DESTDIR)$(PREFIX)/share

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: deps ## shows the whole of it on real parts: sandbox, frame, passkey, session, stamps, expiry
	set -e; for product in $(DEMO); do $(SWIFT) build --product $$product; done
	"$$($(SWIFT) build --show-bin-path)/turnkey-demo"

.PHONY: test
test: deps lint .venv/installed ## format, build, and every test (the Python proofs among them)
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --skip 'EndToEndTests|StampdTests|SignerCoreTests|RulesTests'
	$(SWIFT) test --skip-build --filter '^RulesTests'
	$(SWIFT) test --skip-build --filter '^StampdTests'
	$(SWIFT) test --skip-build --filter '^SignerCoreTests'
	$(SWIFT) test --skip-build --filter EndToEndTests --skip 'EndToEndTests\.(Browser|Lab)'
	$(SWIFT) test --skip-build --filter 'EndToEndTests\.Browser'
	$(SWIFT) test --skip-build --filter 'EndToEndTests\.Lab'

.PHONY: build
build: deps ## the release build
	$(SWIFT) build $(RELEASE)

.PHONY: bench
bench: deps ## measures stampd beside a floor in C, raw libcrypto and ssh-agent
	$(SWIFT) build $(RELEASE) --product stampd
	python3 Benchmarks/bench.py

.PHONY: bench-neighbours
bench-neighbours: deps ## measures what hostile users cost the others, in time and memory; as root
	$(SWIFT) build $(RELEASE) --product stampd
	python3 Benchmarks/neighbours.py

.PHONY: lint
lint: ## the format of the Swift code, strictly
	$(SWIFT) format lint --strict --parallel --configuration .swift-format --recursive Sources Tests Package.swift

.PHONY: install
install: ## puts what "make build" built under DESTDIR and PREFIX (/usr/local)
	@test -x $(BUILD)/release/stampd || { echo "make install: nothing is built; run make build first" >&2; exit 1; }
	install -d $(BIN)
	install $(STRIP) --mode 0755 $(BINARIES:%=$(BUILD)/release/%) $(BIN)
	install -d $(SHARE)/bash-completion/completions $(SHARE)/zsh/$(ZSH) $(SHARE)/fish/vendor_completions.d
	$(BUILD)/release/stampctl --generate-completion-script bash | sed '1{/^#!/d}' > $(SHARE)/bash-completion/completions/stampctl
	$(BUILD)/release/stampctl --generate-completion-script zsh > $(SHARE)/zsh/$(ZSH)/_stampctl
	$(BUILD)/release/stampctl --generate-completion-script fish > $(SHARE)/fish/vendor_completions.d/stampctl.fish
	for section in 1 5 8; do install -D --mode 0644 --target-directory $(SHARE)/man/man$$section man/*.$$section || exit 1; done
	install -D --mode 0644 Sources/LoginPage/Page/passkey.html $(SHARE)/stampd/passkey.html
	install -D --mode 0644 --target-directory $(SHARE)/stampd/rules examples/rules/*.json
	systemd/install "$(DESTDIR)" "$(PREFIX)" "$(UNITS)"

.PHONY: uninstall
uninstall: ## removes what "make install" put there, but the configuration; stop the services first
	rm -f $(BINARIES:%=$(BIN)/%)
	cd $(DESTDIR)$(UNITS) && rm -f stampd.service stampd-stamp.socket stampd-control.socket \
		stampd@.service stampd-stamp@.socket stampd-control@.socket
	cd $(LIB)/systemd/user && rm -f stampd.service stampd-stamp.socket stampd-control.socket
	rm -f $(LIB)/sysusers.d/stampd.conf $(LIB)/tmpfiles.d/stampd.conf $(LIB)/systemd/catalog/stampd.catalog
	rm -rf $(LIB)/stampd $(SHARE)/stampd
	rm -f $(SHARE)/bash-completion/completions/stampctl $(SHARE)/zsh/$(ZSH)/_stampctl
	rm -f $(SHARE)/fish/vendor_completions.d/stampctl.fish
	rm -f $(foreach section,1 5 8,$(patsubst man/%,$(SHARE)/man/man$(section)/%,$(wildcard man/*.$(section))))

.PHONY: deb
deb: deps ## builds Debian packages, stampd and its debug symbols, into .build/deb, and checks them with lintian
	rm -rf .build/deb
	DEB_RULES_REQUIRES_ROOT=no debian/rules clean binary
	lintian --fail-on error,warning .build/deb/*.deb

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
