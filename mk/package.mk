# The collection as a user installs it: built, installed into an empty path, and run from there.

.PHONY: package
package: $(STAMP) ## Build and install the collection, and run its site playbook in check mode on a bare host
	@tools/package.sh
