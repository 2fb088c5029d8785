# The plans and rendered files of whole systems, and of each in every tier: tests/unit/test_golden.py compares the plans
# and the systems' files, tests/judges/test_tiers.py the tiers' files.

.PHONY: golden
golden: $(STAMP) ## Write the golden plans and files anew; read their diff
	@PYTHONPATH=collections:. $(PYTHON) -m tests.golden.systems
	@PYTHONPATH=collections:. $(PYTHON) -m tests.golden.tiers
