# Bad changes of sshd and of a firewall, under the guard: the host takes them back by itself.

.PHONY: lockout
lockout: $(STAMP) ## Lock everybody out ten times, and log in again within 30 s
	@pytest -q -s --junit-xml=build/junit/lockout.xml tests/lockout

LOCKOUTS ?= 200

.PHONY: bench-lockout
bench-lockout: $(STAMP) ## The same with random changes and moments (LOCKOUTS=200, SEED=a number to repeat a run)
	@$(PYTHON) -m tests.bench.lockout --trials $(LOCKOUTS) $(if $(SEED),--seed $(SEED))
