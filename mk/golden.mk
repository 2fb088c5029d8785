# The plans and rendered files of whole systems that tests/unit/test_golden.py compares with.

.PHONY: golden
golden: $(STAMP) ## Write the golden plans and files anew; read their diff
	@PYTHONPATH=collections:. $(PYTHON) -m tests.golden.systems
