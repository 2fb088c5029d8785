# Refusals on real hosts: told completely, and the host is as it was before.

.PHONY: refusals
refusals: $(STAMP) ## Refuse broken declarations and unfit hosts, and find the hosts untouched
	@pytest -q --junit-xml=build/junit/refusals.xml tests/refusals
