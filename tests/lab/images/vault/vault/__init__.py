# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""A stand-in for S3: moto's server with TLS, signatures, refusals that moto lacks, and a way in for tests."""
