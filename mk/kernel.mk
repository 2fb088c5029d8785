# A virtual machine: what no host of the lab can show that shares its machine's kernel. Not part of `make test`: emulation
# takes a quarter of an hour and more.

.PHONY: kernel
kernel: $(STAMP) ## Boot a virtual machine with an encrypted disk, cut its power, take its key away (AS_IS=1: as it stands)
	@pytest -q -s --junit-xml=build/junit/kernel.xml tests/kernel
