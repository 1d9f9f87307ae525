# The two commands that matter are demo and test. All work is done in tools/, by the python3 of the machine.

PYTHON ?= python3
ARGS ?=
export PORT VAR

TOOLS = @command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: sudo apt install python3 python3-venv" >&2; exit 1; }; \
	exec $(PYTHON) -m tools

.DEFAULT_GOAL := help
.PHONY: help demo test lint fmt bench setup clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: ## Build everything, load a demo course, start the site (PORT=8001 for another port)
	$(TOOLS) demo

test: ## Build everything, run make lint and the whole suite (ARGS="-k words" runs some tests only)
	$(TOOLS) test $(ARGS)

lint: ## Look at the code without running it: style, types, imports, templates, migrations, deployment
	$(TOOLS) lint

fmt: ## Format the code and the templates
	$(TOOLS) fmt

bench: ## Run the benchmarks (ARGS=first_check runs one); each prints one JSON line
	$(TOOLS) bench $(ARGS)

setup: ## Build everything and start nothing
	$(TOOLS) setup

clean: ## Remove what was built; the demo's data stays
	$(TOOLS) clean
