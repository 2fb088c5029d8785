# Random hosts and declarations through the planner: `make unit` has 2,000 of them.

PAIRS ?= 100000

.PHONY: bench-plan
bench-plan: $(STAMP) ## Plan random hosts and declarations and count broken promises (PAIRS=100000, SEED=0)
	@PYTHONPATH=collections:. $(PYTHON) -m tests.bench.plan --pairs $(PAIRS) --seed $(or $(SEED),0)
