# The lab: the images that its hosts and their containers start from (tests/lab/README.md).

# Before anything that runs beside another: two at once would build an image twice.
.PHONY: lab-images
lab-images: $(STAMP) ## Build what the lab starts from, where it is missing
	@PYTHONPATH=tests $(PYTHON) -m lab images
	@PYTHONPATH=tests $(PYTHON) -m lab registry

.PHONY: lab-clean
lab-clean:
	@test ! -x $(PYTHON) || PYTHONPATH=tests $(PYTHON) -m lab.vms down
	@test ! -x $(PYTHON) || PYTHONPATH=tests $(PYTHON) -m lab destroy --images

CLEAN += lab-clean
