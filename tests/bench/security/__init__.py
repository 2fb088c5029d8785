# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Outside judges of security: a stock host of the lab and one that site.yml has made."""
