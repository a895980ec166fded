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
# What only a unit starts.
HELPERS := stampd-evidence
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

# How many tests run at once. Without a bound all begin together, and each waits for the processes of all the others.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 16

# Suites that load the machine: beside them another test waits too long for its processes.
HEAVY := Soak|Faults|HostileCarrier|Courier|Fleet

.PHONY: test
test: deps lint .venv/installed ## format, build, the libraries' pages, and every test (the Python proofs among them)
	Models/check
	$(SWIFT) build $(RELEASE) --target SignerCore
	SWIFT='$(SWIFT)' ConstantTime/run $(BUILD)/release
	$(SWIFT) build --build-tests
	SWIFT='$(SWIFT)' scripts/build-api-pages
	@# Each group is run, also where one before it failed.
	@status=0; run() { echo "$(SWIFT) test --skip-build $$*"; $(SWIFT) test --skip-build "$$@" || status=1; }; \
	run --skip 'EndToEndTests|StampdTests|SignerCoreTests|RulesTests|FuzzTests'; \
	for suite in Rules Fuzz Stampd SignerCore; do run --filter "^$${suite}Tests"; done; \
	run --filter EndToEndTests --skip 'EndToEndTests\.(Browser|Lab|Python|$(HEAVY))'; \
	for suite in '$(HEAVY)' 'Python(?!Cluster)' PythonCluster Browser Lab; do run --filter "EndToEndTests\.($$suite)"; done; \
	exit $$status

.PHONY: test-clients
test-clients: deps .venv/installed ## the stampers in Go and Rust; installs their toolchains from Debian where there are none
	@SWIFT='$(SWIFT)' scripts/install-missing-packages go=golang-go cargo=cargo rustfmt=rustfmt
	gofmt -d examples/go Tests/Stampers/go | (! grep .)
	rustfmt --check --edition 2021 examples/rust/src/lib.rs Tests/Stampers/rust/src/main.rs
	set -e; for product in $(BINARIES); do $(SWIFT) build --product $$product; done
	.venv/bin/python -B Tests/EndToEndTests/python/prove_stampers.py "$$($(SWIFT) build --show-bin-path)" go rust

.PHONY: test-debian13
test-debian13: deps ## the signer, the units and the package on Debian 13 (systemd 257, OpenSSL 3.5); as root
	@SWIFT='$(SWIFT)' scripts/install-missing-packages debootstrap=debootstrap
	$(SWIFT) build --build-tests
	@# Each group is run, also where one before it failed. The tree has no etcd: suites of couriers run on Debian 12.
	status=0; run() { SWIFT='$(SWIFT)' scripts/debian13 "$$($(SWIFT) build --show-bin-path)/stampdPackageTests.xctest" \
		--testing-library swift-testing "$$@" || status=1; }; \
	run --filter '^StampdTests|^SignerCoreTests'; \
	run --filter EndToEndTests --skip 'EndToEndTests\.(Browser|Lab|Python|Soak|Faults|Proxy|Exec|Stranger|Unmodified|ExampleStamper|Courier|HostileCarrier)'; \
	run --filter 'EndToEndTests\.Lab' --skip LabCourier; \
	exit $$status

.PHONY: build
build: deps ## the release build
	$(SWIFT) build $(RELEASE)

.PHONY: bench
bench: deps ## measures stampd beside a floor in C, raw libcrypto and ssh-agent
	$(SWIFT) build $(RELEASE) --product stampd
	python3 Benchmarks/bench.py

.PHONY: bench-proxy
bench-proxy: deps .venv/installed ## measures the stamping proxy beside requests that an SDK stamps and sends itself
	set -e; for product in $(BINARIES); do $(SWIFT) build $(RELEASE) --product $$product; done
	.venv/bin/python -B Benchmarks/proxy.py --binaries $(BUILD)/release

.PHONY: bench-neighbours
bench-neighbours: deps ## measures what hostile users cost the others, in time and memory; as root
	$(SWIFT) build $(RELEASE) --product stampd
	python3 Benchmarks/neighbours.py

.PHONY: bench-fleet
bench-fleet: deps .venv/installed ## measures a fleet of 500 frames with a real etcd, from the yes to their stamps
	set -e; for product in $(BINARIES); do $(SWIFT) build $(RELEASE) --product $$product; done
	.venv/bin/python -B Benchmarks/fleet.py --binaries $(BUILD)/release

# How long each target is fuzzed, and a soak lasts.
fuzz: SECONDS ?= 600
soak: SECONDS ?= 3600

.PHONY: fuzz
fuzz: deps .venv/installed ## fuzzes the readers, SECONDS=600 each, or TARGET=… alone, with what was covered
	SWIFT='$(SWIFT)' Fuzz/run $(SECONDS) $(TARGET)

.PHONY: constant-time
constant-time: deps .venv/installed ## has valgrind look for what in the signer depends on a secret (the release build's code)
	$(SWIFT) build $(RELEASE) --target SignerCore
	SWIFT='$(SWIFT)' ConstantTime/run $(BUILD)/release

.PHONY: soak
soak: deps .venv/installed ## has clients of every kind use a frame for SECONDS=3600, over reloads and restarts: what grew, what was lost
	$(SWIFT) build $(RELEASE) --product stampd
	.venv/bin/python -B Soak/run.py $(BUILD)/release/stampd $(SECONDS)

# Where stampd, stampctl and turnkey-sandbox of a build for tests are.
PROGRAMS = "$$($(SWIFT) build --show-bin-path)"

.PHONY: faults
faults: deps .venv/installed ## has each system call and each allocation of libcrypto's in a frame's life fail once, and each call of stampctl's login
	set -e; for product in $(BINARIES); do $(SWIFT) build --product $$product; done
	.venv/bin/python -B Faults/run.py $(PROGRAMS)/stampd
	.venv/bin/python -B Faults/preloaded.py $(PROGRAMS)/stampd close
	.venv/bin/python -B Faults/preloaded.py $(PROGRAMS)/stampd libcrypto
	.venv/bin/python -B Faults/preloaded.py $(PROGRAMS)/stampd process 20
	.venv/bin/python -B Faults/clients.py $(PROGRAMS)

.PHONY: faults-short
faults-short: deps .venv/installed ## of these the first call of each kind in each phase, and a sample of the allocations
	set -e; for product in $(BINARIES); do $(SWIFT) build --product $$product; done
	.venv/bin/python -B Faults/run.py $(PROGRAMS)/stampd --first
	.venv/bin/python -B Faults/preloaded.py $(PROGRAMS)/stampd libcrypto 97
	.venv/bin/python -B Faults/preloaded.py $(PROGRAMS)/stampd libcrypto 11 --served
	.venv/bin/python -B Faults/preloaded.py $(PROGRAMS)/stampd process 997
	.venv/bin/python -B Faults/clients.py $(PROGRAMS) --first

.PHONY: sanitize
sanitize: deps .venv/installed ## Thread Sanitizer over the tests of the clients' libraries and of the proxy
	SWIFT='$(SWIFT)' Sanitizers/run

.PHONY: proof
proof: deps .venv/installed ## everything that takes long, once; prints what came of it
	scripts/prove

.PHONY: docs
docs: deps ## builds the pages of the Swift libraries into .build/docs; a link that leads nowhere is an error
	SWIFT='$(SWIFT)' scripts/build-api-pages

.PHONY: lint
lint: ## the format of the Swift code, strictly
	$(SWIFT) format lint --strict --parallel --configuration .swift-format --recursive Sources Tests Fuzz ConstantTime Sanitizers Package.swift

.PHONY: install
install: ## puts what "make build" built under DESTDIR and PREFIX (/usr/local)
	@test -x $(BUILD)/release/stampd || { echo "make install: nothing is built; run make build first" >&2; exit 1; }
	install -d $(BIN)
	install $(STRIP) --mode 0755 $(BINARIES:%=$(BUILD)/release/%) $(BIN)
	install -d $(LIB)/stampd
	install $(STRIP) --mode 0755 $(HELPERS:%=$(BUILD)/release/%) $(LIB)/stampd
	install -d $(SHARE)/bash-completion/completions $(SHARE)/zsh/$(ZSH) $(SHARE)/fish/vendor_completions.d
	$(BUILD)/release/stampctl --generate-completion-script bash | sed '1{/^#!/d}' > $(SHARE)/bash-completion/completions/stampctl
	$(BUILD)/release/stampctl --generate-completion-script zsh > $(SHARE)/zsh/$(ZSH)/_stampctl
	$(BUILD)/release/stampctl --generate-completion-script fish > $(SHARE)/fish/vendor_completions.d/stampctl.fish
	for section in 1 8; do install -D --mode 0644 --target-directory $(SHARE)/man/man$$section man/*.$$section || exit 1; done
	page=$$(man/fill man/stampd.json.5.in) && printf "%s\n" "$$page" | install -D --mode 0644 /dev/stdin $(SHARE)/man/man5/stampd.json.5
	install -D --mode 0644 Sources/LoginPage/Page/passkey.html $(SHARE)/stampd/passkey.html
	install -D --mode 0644 --target-directory $(SHARE)/stampd/rules examples/rules/*.json
	systemd/install "$(DESTDIR)" "$(PREFIX)" "$(UNITS)"

.PHONY: uninstall
uninstall: ## removes what "make install" put there, but the configuration; stop the services first
	rm -f $(BINARIES:%=$(BIN)/%)
	cd $(DESTDIR)$(UNITS) && rm -f stampd.service stampd-stamp.socket stampd-control.socket \
		stampd-proxy.service stampd-proxy.socket stampd-proxy-admin.socket \
		stampd@.service stampd-stamp@.socket stampd-control@.socket \
		stampd-deliver.socket stampd-deliver@.socket stampd-courier.service stampd-courier@.service \
		stampd-evidence.socket stampd-evidence@.socket stampd-evidence.service stampd-evidence@.service
	cd $(LIB)/systemd/user && rm -f stampd.service stampd-stamp.socket stampd-control.socket
	rm -f $(LIB)/sysusers.d/stampd.conf $(LIB)/tmpfiles.d/stampd.conf $(LIB)/systemd/catalog/stampd.catalog
	rm -rf $(LIB)/stampd $(SHARE)/stampd
	rm -f $(SHARE)/bash-completion/completions/stampctl $(SHARE)/zsh/$(ZSH)/_stampctl
	rm -f $(SHARE)/fish/vendor_completions.d/stampctl.fish
	rm -f $(foreach section,1 8,$(patsubst man/%,$(SHARE)/man/man$(section)/%,$(wildcard man/*.$(section))))
	rm -f $(SHARE)/man/man5/stampd.json.5

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

.venv/installed: Tests/EndToEndTests/python/requirements.txt | deps
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --requirement Tests/EndToEndTests/python/requirements.txt
	touch $@
