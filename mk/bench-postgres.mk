# PostgreSQL in a container with a memory limit that holds: docs/tuning.md shows the figures.

LIMIT ?= 1GiB
SECONDS_A_RUN ?= 8
RUNS ?= 5
KILL_ROUNDS ?= 20

.PHONY: bench-postgres
bench-postgres: $(STAMP) ## Bench PostgreSQL's settings beside other tuners' (CELLS='tpcb*', LIMIT=1GiB, RUNS=5)
	@PYTHONPATH=collections:. $(PYTHON) -m tests.bench.postgres --cells '$(CELLS)' --limit $(LIMIT) \
	  --seconds $(SECONDS_A_RUN) --pairs $(RUNS)

.PHONY: bench-postgres-kill
bench-postgres-kill: $(STAMP) ## Let every allowed connection sort and hash at once, beside vacuum and an index build
	@PYTHONPATH=collections:. $(PYTHON) -m tests.bench.postgres --kill --cells '$(CELLS)' \
	  --seconds $(SECONDS_A_RUN) --rounds $(KILL_ROUNDS)

.PHONY: tuning
tuning: $(STAMP) ## Show the latest figures of the benches in docs/tuning.md and docs/backup.md
	@PYTHONPATH=collections:. $(PYTHON) -m tests.bench.report
