# codex-deployer: the two commands a newcomer needs are `make run` and `make test`.

PREFIX ?= /usr/local
SWIFT ?= swift
# What the compiler is given besides, such as `-Xswiftc -gnone` where nobody will debug what comes of it.
SWIFTFLAGS ?=
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
DEBUG := .build/debug
RELEASE := .build/release
SOURCES := Package.swift Sources Tests Benchmarks Examples/plugins/swift

.PHONY: run test build-tests bench install uninstall build release deps test-deps format lint clean

run: build
	@$(DEBUG)/host demo .demo
	@exec $(DEBUG)/host run --workspace .demo/workspace --welcome

build: deps
	$(SWIFT) build -j $(JOBS)
	@$(MAKE) --no-print-directory plugins-of DIR=$(DEBUG)

release: deps
	$(SWIFT) build -c release -j $(JOBS)

# The plugins where the program looks for them, as in an installed tree: in `plugins` beside the folder it lies in.
.PHONY: plugins-of
plugins-of:
	@bin="$$(cd $(DIR) && pwd -P)" && install -d -m 755 "$${bin%/*}/plugins" && \
	for library in "$$bin"/lib*Plugin.so; do install -m 755 "$$library" "$${bin%/*}/plugins/"; done

test: test-deps build-tests
	@$(MAKE) --no-print-directory plugins-of DIR=$(DEBUG)
	DEPLOYER_TEST_BIN="$(CURDIR)/$(DEBUG)" Scripts/run-tests $(TESTTARGETS)

# The tests without what they are run against.
build-tests: deps
	$(SWIFT) build --build-tests -j $(JOBS) $(SWIFTFLAGS)

# Coders before real model servers, which `engines/model install` fetches and compiles once (some ten minutes).
.PHONY: test-model
test-model: test-deps
	engines/model install
	@$(MAKE) --no-print-directory build-tests
	DEPLOYER_TEST_BIN="$(CURDIR)/$(DEBUG)" DEPLOYER_TEST_MODEL=1 $(SWIFT) test --skip-build --filter '^CodersTests\.ModelServerTests'

bench: test-deps release
	DEPLOYER_BENCHMARKS=1 $(SWIFT) build -c release -j $(JOBS) --product DeployerBench
	@$(RELEASE)/DeployerBench $(BENCHFLAGS)

install: release
	install -d $(DESTDIR)$(PREFIX)/lib/codex-deployer/bin $(DESTDIR)$(PREFIX)/lib/codex-deployer/plugins \
	    $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/systemd/system
	for tool in host PluginWorker PluginProbe GitTransport ServiceSupervisor; do \
	    install -m 755 $(RELEASE)/$$tool $(DESTDIR)$(PREFIX)/lib/codex-deployer/bin/; done
	for library in $(RELEASE)/lib*Plugin.so; do \
	    install -m 755 $$library $(DESTDIR)$(PREFIX)/lib/codex-deployer/plugins/; done
	Scripts/install-runtime $(DESTDIR)$(PREFIX)/lib/codex-deployer/lib $(RELEASE)/host $(RELEASE)/lib*Plugin.so
	ln -sfn ../lib/codex-deployer/bin/host $(DESTDIR)$(PREFIX)/bin/codex-deployer
	install -d $(DESTDIR)$(PREFIX)/include/codex-deployer
	install -m 644 Sources/PluginAPI/include/plugin_api.h $(DESTDIR)$(PREFIX)/include/codex-deployer/
	sed 's|@PREFIX@|$(PREFIX)|g' systemd/codex-deployer.service.in \
	    > $(DESTDIR)$(PREFIX)/lib/systemd/system/codex-deployer.service

uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/lib/codex-deployer $(DESTDIR)$(PREFIX)/include/codex-deployer
	rm -f $(DESTDIR)$(PREFIX)/bin/codex-deployer $(DESTDIR)$(PREFIX)/lib/systemd/system/codex-deployer.service

deps:
	@Scripts/install-system-packages

test-deps:
	@Scripts/install-system-packages --tests

format:
	@Scripts/embed-templates
	$(SWIFT) format --in-place --parallel --recursive $(wildcard $(SOURCES))

lint:
	$(SWIFT) format lint --strict --parallel --recursive $(wildcard $(SOURCES))
	@Scripts/check-sources
	@Scripts/make-patch-corpus --check

clean:
	$(SWIFT) package clean
	rm -rf .demo
