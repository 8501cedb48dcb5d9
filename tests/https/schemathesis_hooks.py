# SPDX-License-Identifier: Apache-2.0
"""What schemathesis does not know of itself: EDI goes over the line as the octets it is."""
import schemathesis

schemathesis.serializer.alias(["application/edi-x12", "application/edifact"], "application/octet-stream")
