# Redis and Valkey under a memory limit: docs/tuning.md shows the figures.

ROUNDS ?= 10

.PHONY: bench-redis
bench-redis: $(STAMP) ## Fork Redis while every key changes, under a memory limit (CELLS='redis queue 256*', ROUNDS=10)
	@PYTHONPATH=collections:. $(PYTHON) -m tests.bench.redis --cells '$(CELLS)' --rounds $(ROUNDS)

.PHONY: bench-redis-share
bench-redis-share: $(STAMP) ## Look for the largest maxmemory that is never killed (CELLS, ROUNDS as above)
	@PYTHONPATH=collections:. $(PYTHON) -m tests.bench.redis --search --cells '$(CELLS)' --rounds $(ROUNDS)
