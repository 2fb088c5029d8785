# nginx beside the stock configuration and an h5bp-style one: docs/tuning.md shows the figures.

RUNS ?= 5
SECONDS_EACH ?= 4

.PHONY: bench-nginx
bench-nginx: $(STAMP) ## Measure nginx as planned beside stock and h5bp (CELLS='static*', RUNS=5, CHANGE='name value')
	@PYTHONPATH=collections:. $(PYTHON) -m tests.bench.nginx --cells '$(CELLS)' --pairs $(RUNS) \
	  --seconds $(SECONDS_EACH) --change '$(CHANGE)'
