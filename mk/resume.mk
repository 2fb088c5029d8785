# Interrupted runs: killed at a seeded moment, run again, compared with a host that was never interrupted.

TRIALS ?= 20

.PHONY: resume
resume: $(STAMP) ## Kill site.yml three times, run it again, compare the hosts
	@pytest -q -s --junit-xml=build/junit/resume.xml tests/resume

.PHONY: bench-resume
bench-resume: $(STAMP) ## The same with random moments (TRIALS=20, SEED=a number to repeat a run)
	@$(PYTHON) -m tests.bench.resume --trials $(TRIALS) $(if $(SEED),--seed $(SEED))
