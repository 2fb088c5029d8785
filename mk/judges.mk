# What we read and render, before the programs that it is for: they run in the lab's images, without a network.

.PHONY: judges
judges: $(STAMP) ## Let nginx, PostgreSQL, PgBouncer, Redis, Valkey and Compose judge what we read and write
	@pytest -q --junit-xml=build/junit/judges.xml tests/judges
