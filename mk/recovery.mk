# Hosts that are lost, and what comes back of them from the kit and the repository.

.PHONY: recovery
recovery: $(STAMP) ## Lose containers and a host at random moments; bring them back; count what is missing
	@pytest -q -s --junit-xml=build/junit/recovery.xml $(addprefix tests/recovery/test_,apart.py recovery.py)

.PHONY: copies
copies: $(STAMP) ## Copy volumes, Redis and exports with restic on a lab host, killed half way, and bring them back
	@pytest -q -s --junit-xml=build/junit/copies.xml tests/recovery/test_files.py

.PHONY: restores
restores: $(STAMP) ## Drill and restore a database on a lab host, as documented, and exchange its repository and key
	@pytest -q -s --junit-xml=build/junit/restores.xml $(addprefix tests/recovery/test_,drill.py restore.py restore_trouble.py page.py exchanged.py)

.PHONY: locked
locked: $(STAMP) ## Try to destroy locked backups with all keys of a host, and restore from them
	@pytest -q -s --junit-xml=build/junit/locked.xml tests/recovery/test_locked.py

.PHONY: faults
faults: $(STAMP) ## Bring faults of backups about, and see who tells of each (ROW='lost-*' for some; docs/faults.md)
	@PYTHONPATH=collections:. $(PYTHON) -m tests.recovery.faults --rows "$(ROW)"
	@$(PYTHON) -m tools.docs
