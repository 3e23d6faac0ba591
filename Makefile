# Needs Python 3.11 to 3.13 and make, nothing else: everything is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: demo test lint ner language figures ranges schema screenshots constraints clean

# The sample report, read by the Prefect flow.
demo: $(READY)
	@PREFECT_HOME=$(CURDIR)/.gouji/prefect $(BIN)/python -m flows.report examples/sample.pdf --out out

test: $(READY)
	@$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# Writes the training text and trains the NER model in models/ner.
ner: $(READY)
	@$(BIN)/python -m gouji.facts.train

# Writes the text of fictitious reports and counts its words into models/language.
language: $(READY)
	@mkdir -p .gouji
	@$(BIN)/python -m gouji.synth.wording .gouji/words.txt 120
	@$(BIN)/python -m gouji.engines.language .gouji/words.txt models/language/chars.tsv.gz

# Draws worn lines and measures on them what the recogniser's layers are fed, for engine.precision = int8.
ranges: $(READY)
	@mkdir -p .gouji
	@$(BIN)/python -m gouji.synth.wording .gouji/words.txt 120
	@$(BIN)/python -m gouji.synth.line_crops .gouji/words.txt .gouji/lines.npz 400 0
	@$(BIN)/python -m gouji.engines.int8 .gouji/lines.npz models/recognition

# Draws worn figures in the fonts that this machine has and trains the reader in models/figures; needs PyTorch.
figures: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train]'
	@mkdir -p .gouji
	@$(BIN)/python -m gouji.synth.figure_crops .gouji/figures.npz 150000 0
	@$(BIN)/python -m gouji.synth.figure_crops .gouji/figures-held-out.npz 4000 99
	@$(BIN)/python -m gouji.engines.train_figures .gouji/figures.npz .gouji/figures-held-out.npz models/figures 1.6

schema: $(READY)
	@$(BIN)/gouji schema > docs/report.schema.json

# Pictures of the review page on fictitious reports; needs chromium.
screenshots: $(READY)
	@$(BIN)/python -m benchmarks.screenshots

# Pins of what is installed now; run after a change of dependencies.
constraints: $(READY)
	@$(BIN)/pip freeze --exclude-editable | grep -E '^[A-Za-z0-9._-]+==' > constraints.txt

# Three packages install cv2 over each other; the headless one must be last, it alone needs no libGL.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "gouji needs Python 3.11, 3.12 or 3.13; name one with: make PYTHON=python3.12"; exit 1; }
	@echo "Setting up .venv (once, a few minutes) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps \
		$$(grep '^opencv-python-headless==' constraints.txt)
	@touch $(READY)

clean:
	rm -rf .venv .gouji out .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
