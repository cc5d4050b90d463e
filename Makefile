# Python 3.11 or newer; name another with `make PYTHON=python3.12 …`.
PYTHON ?= python3
BIN := .venv/bin
LOCKS := requirements requirements-demo requirements-dev requirements-node
# What production must be given, for the checks that only make sense there. Nothing connects to these.
PRODUCTION := PRODUCTION=1 SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(60))') \
	SITE_URL=https://concord.example FILES_ROOT=. DATABASE_URL=postgres://concord@localhost/concord REDIS_URL=redis://localhost:6379 EMAIL_URL=smtp://localhost:25

# What Python has compiled is kept, also where a machine says that nothing be written beside the sources: compiling
# everything anew takes a process of the product two seconds, and each worker of the tests twelve.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/var/bytecode

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo demo-reset test crawl stress lint bench simulate listening-load lock pictures

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)

setup: ## the Python packages and the front end that the demonstration needs
	@$(PYTHON) scripts/setup.py demo

setup-dev: ## the same for the developers: tests and linters besides
	@$(PYTHON) scripts/setup.py dev

demo: setup ## the whole of Concord with a demonstration company, on PORT (8000)
	@exec $(BIN)/python -m prm.demo

demo-reset: setup ## forget what was done in the demonstration; the next `make demo` begins anew
	@exec $(BIN)/python -m prm.demo reset

test: ## the whole suite, browser journeys included
	@$(PYTHON) scripts/setup.py test
	$(BIN)/python -m pytest -n 2 --dist worksteal

crawl: setup-dev ## the access crawl at full length: as everybody, every question at every page, also those that no page reads
	CRAWL_ALL=1 $(BIN)/python -m pytest -n 2 --dist worksteal tests/access/test_crawl.py

stress: setup-dev ## what the suite does small, at full number: fifty at one agenda, senders killed, swollen calendars, 2,000 lives, 100,000 contacts
	STRESS_ALL=1 $(BIN)/python -m pytest -s tests/mail/test_killed_meeting_mails.py \
		tests/meetings/test_calendar_memory.py tests/meetings/test_agenda_actions.py -k 'killed or memory or at_once or last_moment or needless'
	STRESS_ALL=1 $(BIN)/python -m pytest -n 2 tests/relationships/test_health_lives.py tests/relationships/test_health_at_size.py
	STRESS_ALL=1 $(BIN)/python -m pytest tests/relationships/test_sweep.py -k hourly

pictures: ## the pages of the demonstration company as pictures, into docs/pictures and var/pictures
	@$(PYTHON) scripts/setup.py test
	$(BIN)/python scripts/pictures.py

lint: setup-dev ## style, types, import order, templates, migrations, production settings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/python -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
	$(BIN)/python -m djlint --lint --quiet templates
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

listening-load: ## a thousand submissions at the public form of a running demonstration: make listening-load PORT=8000
	PYTHONPATH=. $(BIN)/python scripts/listening_load.py --base http://127.0.0.1:$(or $(PORT),8000)

bench: setup-dev ## how work grows with the book, as ratios of one run; alone what health or search adds, or the book counted: PART=health, PART=search (of any SIZE=1000000), PART=book
	$(BIN)/python scripts/bench.py $(PART) $(SIZE)

simulate: setup ## what score and flags can do and cannot, on invented relationships and on real meetings; alone: PART=invented, PART=real
	$(BIN)/python scripts/simulate.py $(PART)

lock: setup-dev ## write the lock files; the newest versions of everything: make lock UPGRADE=--upgrade
	for name in $(LOCKS); do \
		$(BIN)/python -m uv pip compile $(UPGRADE) --generate-hashes --universal --no-header --no-emit-index-url \
			--python-version 3.11 -q $$name.in -o $$name.txt || exit 1; \
	done
	npm install --package-lock-only
