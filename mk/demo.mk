# The demonstration: a lab host, provisioned as a user's own would be.

SYSTEM ?= pydotorg

.PHONY: demo
demo: $(STAMP) ## Build the lab, provision a host, show what it did (SYSTEM=pydotorg or placement)
	@$(PYTHON) tools/demo.py $(SYSTEM)
