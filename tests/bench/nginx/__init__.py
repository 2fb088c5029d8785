# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""nginx as a proxy and as a file server: the planned configuration beside the stock one and an h5bp-style one."""
