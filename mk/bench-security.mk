# Outside judges (Lynis, OpenSCAP, ssh-audit; testssl.sh of the edge) before a stock host and one of ours; docs/security.md shows the figures.

.PHONY: bench-security
bench-security: $(STAMP) ## Let outside judges compare a stock host with ours, then bench-lockout (AS_IS=1: as they stand; KERNEL=own: virtual machines)
	@PYTHONPATH=collections:. $(PYTHON) -m tests.bench.security $(if $(AS_IS),--as-is) \
	  $(if $(filter own,$(KERNEL)),--own-kernel)
	$(if $(AS_IS)$(KERNEL),,@$(MAKE) --no-print-directory bench-lockout)
