# make demo   a whole installation with a sample town, on this machine
# make serve  the production form
# make test   every check and test
# PORT=… DATA=… ONCE=1 are honoured. Nothing needs root, nothing is written outside
# .venv, the data folder (var, or DATA) and the build folders.

ifdef PORT
export SUYUAN_PORT := $(PORT)
endif
ifdef DATA
export SUYUAN_DATA := $(DATA)
endif
ONCE_WANTED := $(filter-out 0,$(ONCE))

.PHONY: demo serve test setup setup-test lock clean

demo: setup
	@.venv/bin/suyuan demo $(if $(ONCE_WANTED),--once)

serve: setup
	@exec .venv/bin/suyuan serve

test: setup-test
	@scripts/check

setup:
	@scripts/setup

setup-test:
	@scripts/setup --test

# For maintainers, after a change of the dependencies in pyproject.toml.
lock:
	@scripts/lock

clean:
	rm -rf .venv build app/static/dist app/frontend/node_modules tests/browser/node_modules
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage *.egg-info
