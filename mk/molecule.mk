# The scenarios: fresh lab hosts, provisioned by molecule and judged from outside. One after the other; the first that
# fails ends the run and keeps its hosts for a look.


.PHONY: molecule
molecule: $(STAMP) ## Provision fresh lab hosts and judge them from outside (SCENARIO=name for one)
	@$(PYTHON) -m tests.acceptance $(SCENARIO)
