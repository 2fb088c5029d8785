# Hosts that are lost, large databases, and what the archive costs meanwhile: docs/backup.md shows the figures.

TRIALS ?= 20
GIB ?= 5
LOG ?= 0
COST_ROUNDS ?= 6

.PHONY: bench-recovery
bench-recovery: bench-recovery-trials bench-recovery-size bench-recovery-cost ## Measure losses, restores and the archive's cost

.PHONY: bench-recovery-trials
bench-recovery-trials: $(STAMP) ## Lose containers and hosts at random moments (TRIALS=20, SEED=a number to repeat a run)
	@$(PYTHON) -m tests.bench.recovery trials --trials $(TRIALS) $(if $(SEED),--seed $(SEED))

.PHONY: bench-recovery-size
bench-recovery-size: $(STAMP) ## Restore a large database, beside a raw copy of its bytes (GIB=5, LOG=0 written since the backup)
	@$(PYTHON) -m tests.bench.recovery size --gib $(GIB) --log $(LOG)

.PHONY: bench-recovery-cost
bench-recovery-cost: $(STAMP) ## Let pgbench write without the archive, with it, and during full backups (COST_ROUNDS=6)
	@$(PYTHON) -m tests.bench.recovery cost --rounds $(COST_ROUNDS)
