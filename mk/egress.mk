# Services that may reach a list of names alone: every way out, from a free container and from limited ones.

.PHONY: egress
egress: $(STAMP) ## Try every way out of a container, open without a list of names and closed with one
	@pytest -q -s --junit-xml=build/junit/egress.xml tests/egress
