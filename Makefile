# Every target first installs what it needs and says so (apt as root or with sudo; brew on macOS, untested).
PREFIX ?= /usr/local
SWIFT_BUILD = swift build -c release --explicit-target-dependency-import-check error
SWIFT_TEST = swift test -c release --disable-testable-imports --disable-xctest --explicit-target-dependency-import-check error
MASO = .build/release/maso

.PHONY: help build demo test test-long node-tests lint format bench docs install uninstall dependencies man clean

help:
	@echo "make build      the command, as $(MASO)"
	@echo "make demo       trains the toy network and writes demo.html"
	@echo "make test       unit, law and command tests (under 12 minutes)"
	@echo "make test-long  big data, fuzzing, sanitizers"
	@echo "make node-tests  the ONNX project's own cases"
	@echo "make lint       format and import rules"
	@echo "make bench      ratios against other software"
	@echo "make docs       the guide, as .build/docs"
	@echo "make man        the man pages, from the command's help"
	@echo "make install    maso, its man pages and completions, under PREFIX ($(PREFIX))"

dependencies:
	@Tools/install-dependencies

build: dependencies
	$(SWIFT_BUILD) --product maso

demo: build
	$(MASO) demo -o demo.html

test: dependencies
	$(SWIFT_TEST)

test-long: test
	Tools/test-long

node-tests: dependencies
	@Tools/node-tests

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks

format:
	swift format --in-place --recursive Package.swift Sources Tests Benchmarks

bench: build
	Benchmarks/run

docs: dependencies
	swift package --allow-writing-to-directory .build/docs generate-documentation --target MaxAffineSplines \
		--disable-indexing --output-path .build/docs

man: build
	Tools/make-man-pages

install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 $(MASO) $(DESTDIR)$(PREFIX)/bin/maso
	$(MASO) --generate-completion-script bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/maso
	$(MASO) --generate-completion-script zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_maso
	$(MASO) --generate-completion-script fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/maso.fish
	for page in Documentation/man/*.1; do install -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man1; done

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/maso $(DESTDIR)$(PREFIX)/share/man/man1/maso*.1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/maso $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_maso \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/maso.fish

clean:
	rm -rf .build demo.html
